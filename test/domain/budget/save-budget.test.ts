import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { nextAt, recordCall } from '#domain/budget/rolling-windows';
import { readInstants, resumeBudget, saveBudget, saveInstants } from '#domain/budget/save-budget';
import { aReservation } from '../../helpers/a-reservation.ts';

const windows = [{ calls: 3, perMs: 10_000 }];

test('a budget goes on as it was saved', () => {
  const budget = createCallBudget(windows);
  reserve(budget, aReservation({ windows, asks: [{ run: 'a', calls: 5 }] }), 1000);
  const saved = JSON.parse(JSON.stringify(saveBudget(budget)));
  expect(resumeBudget(saved, 2000)).toEqual(budget);
});

test('three thousand instants are saved as they are', () => {
  const instants = Array.from({ length: 3_000 }, (_, at) => at * 100);
  expect(readInstants(saveInstants(instants))).toEqual(instants);
});

test('a million are saved in a few thousand bytes, the newest as they are', () => {
  const instants = Array.from({ length: 1_000_000 }, (_, at) => 1_764_000_000_000 + at * 3);
  const saved = saveInstants(instants);
  expect(JSON.stringify(saved).length).toBeLessThan(60_000);
  const read = readInstants(saved);
  expect(read.length).toBe(instants.length);
  expect(read.slice(-2_000)).toEqual(instants.slice(-2_000));
});

test('no call may be sent earlier for it, and hardly one later', () => {
  const [calls, perMs] = [5_000, 60_000];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 16 }), { minLength: 4_000, maxLength: 9_000 }),
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 1, max: 200 }),
      (gaps, after, burst) => {
        let at = 0;
        const instants = gaps.map((gap) => (at += gap)).slice(-2 * calls);
        const windowOf = (times: readonly number[]) => ({
          windows: [{ calls, perMs, instants: [...times], external: null }],
          backOffUntil: null,
        });
        const exact = windowOf(instants);
        const saved = windowOf(readInstants(saveInstants(instants)));
        const now = at + after;
        for (let sent = 0; sent < burst; sent += 1) {
          const [early, late] = [nextAt(exact, now), nextAt(saved, now)];
          expect(late).toBeGreaterThanOrEqual(early);
          // A group holds at most fourteen calls, that were sent within as many gaps.
          expect(late - early).toBeLessThanOrEqual(14 * 16);
          recordCall(exact, early);
          recordCall(saved, late);
        }
      },
    ),
    // Nothing is learned from a smaller list, which takes minutes to find.
    { numRuns: 20, endOnFailure: true },
  );
});

test('saved again and again, nothing moves on', () => {
  const instants = Array.from({ length: 50_000 }, (_, at) => at * 7);
  const once = readInstants(saveInstants(instants));
  let again = once;
  for (let time = 0; time < 20; time += 1) again = readInstants(saveInstants(again));
  expect(again).toEqual(once);
});
