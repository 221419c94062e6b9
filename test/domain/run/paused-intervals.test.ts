import { expect, it } from 'vitest';
import { toIntervals } from '#domain/run/paused-intervals';

it('pauses are times in milliseconds', () => {
  expect(toIntervals([{ from: '1970-01-01T00:00:01.000Z', until: '1970-01-01T00:01:00.000Z' }])).toEqual([
    { from: 1_000, until: 60_000 },
  ]);
});
