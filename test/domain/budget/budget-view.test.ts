import { describe, expect, test } from 'vitest';
import { viewBudget, viewUnusedBudget } from '#domain/budget/budget-view';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { saveBudget } from '#domain/budget/save-budget';
import { aReservation } from '../../helpers/a-reservation.ts';

const windows = [{ calls: 4, perMs: 60_000 }];
const now = 1_000_000;

function usedBudget() {
  const budget = createCallBudget(windows);
  reserve(budget, aReservation({ windows, asks: [{ run: 'run-1', calls: 7 }], room: 10 }), now);
  return saveBudget(budget);
}

describe('a window', () => {
  test('burns down to what is free, and comes back as its calls leave it', () => {
    const [window] = viewBudget(usedBudget(), now + 10_000).windows;
    expect(window).toMatchObject({ calls: 4, perSeconds: 60, used: 4, free: 0 });
    const free = window?.points.map((point) => point.free) ?? [];
    expect([free[0], free.at(-1)]).toEqual([4, 4]);
    const past = window?.points.filter(({ inMs }) => inMs <= 0).map((point) => point.free) ?? [];
    expect(past).toEqual(past.toSorted((a, b) => b - a));
    expect(past.at(-1)).toBe(0);
    const ahead = window?.points.filter(({ inMs }) => inMs >= 0).map((point) => point.free) ?? [];
    expect(ahead).toEqual(ahead.toSorted((a, b) => a - b));
  });

  test('is free again after its length, although the budget was not asked since', () => {
    const [window] = viewBudget(usedBudget(), now + 70_000).windows;
    expect(window).toMatchObject({ used: 0, free: 4 });
  });

  test('that was never used is free all along', () => {
    expect(viewUnusedBudget(windows).windows[0]).toMatchObject({ used: 0, free: 4 });
  });
});

test('what waits is named by run', () => {
  const { waiting, throttledUntil, outageSince } = viewBudget(usedBudget(), now + 1);
  expect(waiting).toEqual([{ run: 'run-1', calls: 3, until: expect.any(Number) }]);
  expect([throttledUntil, outageSince]).toEqual([null, null]);
});
