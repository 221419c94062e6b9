import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { noNews, type Reservation } from '#domain/budget/reservation';
import { nextAt, recordCall } from '#domain/budget/rolling-windows';
import {
  readInstants,
  resumeBudget,
  type SavedBudget,
  saveBudget,
  saveInstants,
} from '#domain/budget/save-budget';

const windows = [{ calls: 3, perMs: 10_000 }];
const request: Reservation = {
  process: 'p',
  windows,
  asks: [{ run: 'a', calls: 5 }],
  room: 8,
  returned: [],
  news: noNews,
};

test('a budget goes on as it was saved', () => {
  const budget = createCallBudget(windows);
  reserve(budget, request, 1000);
  const saved = JSON.parse(JSON.stringify(saveBudget(budget)));
  expect(resumeBudget(saved, 2000)).toEqual(budget);
});

test('one that an earlier version saved still knows what was sent', () => {
  const saved = {
    configured: windows,
    settling: null,
    windows: {
      windows: [{ calls: 3, perMs: 10_750, instants: [300, 100, 200], oldest: 1 }],
      pausedUntil: null,
    },
    accounts: { a: { sent: 3, served: 3, at: 300 } },
    throttle: { inRow: 0, at: null },
    outage: { failures: 0, probe: null },
    probingUntil: null,
  } as unknown as SavedBudget;
  const budget = resumeBudget(saved, 400);
  const { permits, nextInMs } = reserve(budget, request, 400);
  expect(permits).toEqual([]);
  // 5 % of the window, the width of a permit and the grain of the clock: 10 s + 500 ms + 250 ms + 1 ms.
  expect(nextInMs[0]?.inMs.slice(0, 3)).toEqual([100 + 10_751 - 400, 200 + 10_751 - 400, 300 + 10_751 - 400]);
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
          windows: [{ calls, perMs, instants: [...times], strangers: null }],
          pausedUntil: null,
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
