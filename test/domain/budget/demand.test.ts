import { expect, test } from 'vitest';
import type { WaitingLedger } from '#domain/budget/budget-state';
import {
  countProcesses,
  countWaitingCalls,
  forgetLateProcesses,
  listWaiting,
  recordDemand,
  wakeRuns,
} from '#domain/budget/demand';
import type { Granted, Reservation } from '#domain/budget/reservation';
import { aReservation } from '../../helpers/a-reservation.ts';

const asking = (process: string, ...asks: Reservation['asks']): Reservation =>
  aReservation({ process, windows: [{ calls: 20, perMs: 120_000 }], asks });
const answered = (parts: Partial<Granted>): Granted => ({
  permits: [],
  askAgainMs: null,
  nextInMs: [],
  heldBy: null,
  ...parts,
});
const permit = { run: 'run', at: 0, probe: false };

test('calls that a process asked for and got no permit for wait, until it asks for fewer or is gone', () => {
  const waiting: WaitingLedger = {};
  const soon = answered({ permits: [permit], askAgainMs: 2_000, nextInMs: [{ run: 'run', inMs: [3_000] }] });
  recordDemand(waiting, asking('a', { run: 'run', calls: 5 }), soon, 0);
  expect(countWaitingCalls(waiting, 0)).toBe(4);
  recordDemand(waiting, asking('a'), answered({}), 1_000);
  expect(countWaitingCalls(waiting, 1_000)).toBe(0);
  recordDemand(waiting, asking('a', { run: 'run', calls: 5 }), soon, 2_000);
  expect(countWaitingCalls(waiting, 40_000)).toBe(0);
  expect(countProcesses(waiting, 40_000)).toBe(0);
});

test('calls that wait in their run are counted until they are to come again, though their process asks for nothing', () => {
  const waiting: WaitingLedger = {};
  const late = answered({ nextInMs: [{ run: 'run', inMs: [90_000, 100_000] }] });
  recordDemand(waiting, asking('a', { run: 'run', calls: 8 }), late, 0);
  recordDemand(waiting, asking('a'), answered({}), 1_000);
  recordDemand(waiting, asking('a', { run: 'small', calls: 1 }), answered({ askAgainMs: 1_000 }), 2_000);
  expect(countWaitingCalls(waiting, 2_000)).toBe(9);
  expect(countWaitingCalls(waiting, 60_000)).toBe(8);
  expect(countProcesses(waiting, 60_000)).toBe(0);
  expect(countWaitingCalls(waiting, 101_000)).toBe(0);
});

test('runs that are woken are counted again when they ask, and their process is forgotten when it is gone', () => {
  const waiting: WaitingLedger = {};
  const late = answered({ askAgainMs: 1_000, nextInMs: [{ run: 'run', inMs: [90_000] }] });
  recordDemand(waiting, asking('a', { run: 'run', calls: 8 }), late, 0);
  expect(countWaitingCalls(waiting, 500)).toBe(8);
  forgetLateProcesses(waiting, 60_000);
  expect(Object.keys(waiting)).toEqual(['a']);
  wakeRuns(waiting, 60_000);
  expect(countWaitingCalls(waiting, 60_000)).toBe(0);
  forgetLateProcesses(waiting, 60_001);
  expect(waiting).toEqual({});
});

test('a process that is late is no longer waited for, and stands behind the others when it comes back', () => {
  const waiting: WaitingLedger = {};
  const soon = (askAgainMs: number) => answered({ askAgainMs });
  recordDemand(waiting, asking('late', { run: 'run', calls: 1 }), soon(1_000), 0);
  recordDemand(waiting, asking('other', { run: 'run', calls: 1 }), soon(5_000), 0);
  expect(listWaiting(waiting)).toEqual(['late', 'other']);
  forgetLateProcesses(waiting, 2_001);
  expect(listWaiting(waiting)).toEqual(['other']);
  recordDemand(waiting, asking('late', { run: 'run', calls: 1 }), soon(1_000), 2_001);
  expect(listWaiting(waiting)).toEqual(['other', 'late']);
  expect(waiting.late?.since).toBe(2_001);
});
