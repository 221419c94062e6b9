import { expect, it } from 'vitest';
import { unpausedMs } from '../../../src/domain/run/pause.ts';

it('what a run was paused for does not count against giveUpAfter', () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString();
  const pauses = [
    { from: at(0), until: at(20) },
    { from: at(30), until: at(35) },
  ];
  expect(unpausedMs(at(10), 60 * 60_000, pauses)).toBe(35 * 60_000);
  expect(unpausedMs(at(40), 60 * 60_000, pauses)).toBe(20 * 60_000);
});
