import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastTimeMs } from '../../../src/domain/budget/least-time.ts';
import { plannedTimeMs } from '../../../src/domain/budget/planned-time.ts';
import { defaultBudget } from '../../../src/domain/budget/window.ts';

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
