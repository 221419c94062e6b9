import { expect, test } from 'vitest';
import { noNews, type Reservation } from '../../../src/domain/budget/reservation.ts';
import { reserve } from '../../../src/domain/budget/reserve.ts';
import { resumeBudget, type SavedBudget, saveBudget } from '../../../src/domain/budget/resume-budget.ts';
import { createSharedBudget } from '../../../src/domain/budget/shared-budget.ts';

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
  const budget = createSharedBudget(windows);
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
