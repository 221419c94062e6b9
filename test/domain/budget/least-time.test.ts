import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectedSeconds, leastTimeMs, plannedTimeMs } from '#domain/budget/least-time';
import { type BudgetWindow, defaultBudget } from '#domain/budget/window';
import { isOverfull, naiveNextAt } from './naive-windows.ts';

// 49 calls in 10 s + 0.5 s + 0.25 s; 1960 calls in an hour + 0.75 s.
test.each<[number, readonly BudgetWindow[], number]>([
  [0, defaultBudget, 0],
  [1, defaultBudget, 0],
  [49, defaultBudget, 0],
  [50, defaultBudget, 10_750],
  [98, defaultBudget, 10_750],
  [99, defaultBudget, 21_500],
  [1960, defaultBudget, 39 * 10_750],
  [1961, defaultBudget, 3_600_750],
  [2010, defaultBudget, 3_600_750 + 10_750],
  [100_000, defaultBudget, 51 * 3_600_750],
  [3, [{ calls: 1, perMs: 1000 }], 2 * (1000 + 50 + 250)],
  [100, [{ calls: 99, perMs: 10_000 }], 10_750],
])('%i calls under %j take at least %i ms', (calls, windows, ms) => {
  expect(leastTimeMs(calls, windows)).toBe(ms);
});

test('is the greedy schedule counted out by hand, whatever windows hold at once', () => {
  const windows = fc.array(
    fc.record({
      calls: fc.integer({ min: 1, max: 8 }),
      perMs: fc.integer({ min: 1, max: 30 }).map((k) => k * 20),
    }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(
      windows,
      fc.integer({ min: 1, max: 16 }),
      fc.array(fc.integer({ min: -600, max: 0 }), { maxLength: 4 }),
      (configured, calls, alreadySent) => {
        const shortest = Math.min(...configured.map(({ perMs }) => perMs));
        const planned = configured.map((window) => ({
          calls: window.calls === 1 ? 1 : window.calls - 1,
          perMs: window.perMs + shortest / 20 + 250,
        }));
        fc.pre(!isOverfull(alreadySent, planned));
        const sent = [...alreadySent];
        for (let k = 0; k < calls; k += 1) sent.push(naiveNextAt(sent, planned, 0));
        expect(leastTimeMs(calls, configured, alreadySent)).toBe(sent.at(-1));
      },
    ),
    { numRuns: 40 },
  );
});

test('calls that were sent before now leave less room', () => {
  const fifty = Array.from({ length: 49 }, () => -1000);
  expect(leastTimeMs(1, defaultBudget, fifty)).toBe(9_750);
  expect(leastTimeMs(49, defaultBudget, fifty)).toBe(9_750);
  expect(leastTimeMs(50, defaultBudget, fifty)).toBe(20_500);
  expect(leastTimeMs(1, defaultBudget, [-20_000, -10_750])).toBe(0);
  expect(leastTimeMs(1, [{ calls: 1, perMs: 1000 }], [-100, -900])).toBe(1200);
});

const free = { alreadySent: [], others: [] };
/** As long ago as 50 calls were sent that leave a large run nothing of 10 s, and a small one a call. */
const justSent = (calls: number) => Array<number>(calls).fill(-1_000);

describe('the time of a planned run', () => {
  test('is the least time where the budget is free', () => {
    fc.assert(
      fc.property(fc.integer({ min: 11, max: 3_000 }), (calls) => {
        expect(plannedTimeMs(calls, defaultBudget, free)).toBe(leastTimeMs(calls, defaultBudget));
      }),
      { numRuns: 20 },
    );
  });

  test('holds a turn of each run under way for each of its own calls, until that run is through', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 11, max: 300 }),
        fc.array(fc.nat({ max: 600 }), { maxLength: 4 }),
        (calls, others) => {
          const turns = others.reduce((sum, each) => sum + Math.min(each, calls), 0);
          expect(plannedTimeMs(calls, defaultBudget, { ...free, others })).toBe(
            leastTimeMs(calls + turns, defaultBudget),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  test('of a small run takes the kept part, whatever waits', () => {
    const inUse = { alreadySent: justSent(49), others: [20_000] };
    expect(plannedTimeMs(1, defaultBudget, inUse)).toBe(0);
    expect(plannedTimeMs(2, defaultBudget, inUse)).toBe(10_000 + 500 + 250 - 1_000);
  });
});

const hour = { calls: 2000, perSeconds: 3600, used: 0, free: 2000 };
const burst = { calls: 50, perSeconds: 10, used: 0, free: 50 };

test.each([
  [0, [hour, burst], 0],
  [50, [hour, burst], 0],
  [51, [hour, burst], 10],
  [2000, [hour, burst], 390],
  [2001, [hour, burst], 3600],
  // What was used may be about to leave.
  [10, [{ ...hour, used: 1995, free: 5 }], 0],
  // 48 of them in flight: two bursts more, not three.
  [112, [{ ...burst, used: 48, free: 2 }], 20],
  [5, [], 0],
])('%i calls are sent no sooner than in so many seconds', (calls, windows, seconds) => {
  expect(expectedSeconds(calls, windows)).toBe(seconds);
});
