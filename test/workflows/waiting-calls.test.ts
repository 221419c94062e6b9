import { expect, test } from 'vitest';
import type { Granted, Reservation } from '../../src/domain/budget/reservation.ts';
import { createWaitingCalls } from '../../src/workflows/waiting-calls.ts';

const asking = (process: string, ...asks: Reservation['asks']): Reservation => ({
  process,
  windows: [{ calls: 20, perMs: 120_000 }],
  asks,
  room: 8,
  returned: [],
  news: { answered: false, failed: 0, probe: null, throttled: [] },
});
const answered = (parts: Partial<Granted>): Granted => ({
  permits: [],
  askAgainMs: null,
  nextInMs: [],
  heldBy: null,
  ...parts,
});
const permit = { run: 'run', at: 0, afterMs: 0, probe: false };

test('calls that a process asked for and got no permit for wait, until it asks for fewer or is gone', () => {
  const waiting = createWaitingCalls();
  const soon = answered({ permits: [permit], askAgainMs: 2_000, nextInMs: [{ run: 'run', inMs: [3_000] }] });
  waiting.note(asking('a', { run: 'run', calls: 5 }), soon, 0);
  expect(waiting.count(0)).toBe(4);
  waiting.note(asking('a'), answered({}), 1_000);
  expect(waiting.count(1_000)).toBe(0);
  waiting.note(asking('a', { run: 'run', calls: 5 }), soon, 2_000);
  expect(waiting.count(40_000)).toBe(0);
  expect(waiting.processes(40_000)).toBe(0);
});

test('calls that wait in their run are counted until they are to come again, though their process asks for nothing', () => {
  const waiting = createWaitingCalls();
  const late = answered({ nextInMs: [{ run: 'run', inMs: [90_000, 100_000] }] });
  waiting.note(asking('a', { run: 'run', calls: 8 }), late, 0);
  waiting.note(asking('a'), answered({}), 1_000);
  waiting.note(asking('a', { run: 'small', calls: 1 }), answered({ askAgainMs: 1_000 }), 2_000);
  expect(waiting.count(2_000)).toBe(9);
  expect(waiting.count(60_000)).toBe(8);
  expect(waiting.processes(60_000)).toBe(0);
  expect(waiting.count(101_000)).toBe(0);
});
