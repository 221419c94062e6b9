import { describe, expect, test } from 'vitest';
import { createCallBudget, reserve, sentAgoMs } from '#domain/budget/call-budget';
import { noOutcomes, type Reservation } from '#domain/budget/reservation';
import { resumeBudget, saveBudget } from '#domain/budget/save-budget';
import { aReservation } from '../../helpers/a-reservation.ts';

const windows = [{ calls: 20, perMs: 3_600_000 }];
const asking = (process: string, calls: number): Reservation =>
  aReservation({ process, windows, asks: calls === 0 ? [] : [{ run: process, calls }], room: calls });

/** Two processes that were given permits of one instant; the first gives one of its own back. */
function bothGiven() {
  const budget = createCallBudget(windows);
  const [mine] = reserve(budget, { ...asking('a', 2), sequence: 1 }, 1_000).permits;
  const [yours] = reserve(budget, { ...asking('b', 2), sequence: 1 }, 1_000).permits;
  expect(yours?.at).toBe(mine?.at);
  const returns: Reservation = {
    ...asking('a', 0),
    sequence: 2,
    returned: [{ run: 'a', at: mine?.at ?? Number.NaN }],
  };
  return { budget, returns };
}

describe('a request that is heard twice', () => {
  test('gives its permits back once, though the budget has continued as new in between', () => {
    const { budget, returns } = bothGiven();
    reserve(budget, returns, 2_000);
    expect(sentAgoMs(budget, 2_000)).toHaveLength(3);
    const next = resumeBudget(JSON.parse(JSON.stringify(saveBudget(budget))), 2_000);
    reserve(next, returns, 3_000);
    expect(sentAgoMs(next, 3_000)).toHaveLength(3);
    expect(next.shares.runs.a?.sent).toBe(1);
  });

  test('also where the process has asked for something else meanwhile', () => {
    const { budget, returns } = bothGiven();
    reserve(budget, returns, 2_000);
    reserve(budget, { ...asking('a', 0), sequence: 3 }, 2_100);
    reserve(budget, returns, 2_200);
    expect(sentAgoMs(budget, 2_200)).toHaveLength(3);
  });

  test('tells its outcomes once', () => {
    const budget = createCallBudget(windows);
    const failures: Reservation = { ...asking('a', 0), sequence: 7, outcomes: { ...noOutcomes, failed: 2 } };
    for (let time = 1; time <= 4; time += 1) reserve(budget, failures, 1_000 * time);
    expect(budget.circuit).toEqual({ failures: 2, probe: null });
  });

  test('is given permits all the same: nobody heard the first answer', () => {
    const budget = createCallBudget(windows);
    const request = { ...asking('a', 2), sequence: 1 };
    for (const now of [1_000, 1_500]) expect(reserve(budget, request, now).permits).toHaveLength(2);
  });
});

test('processes that have not asked for more than an hour are forgotten', () => {
  const budget = createCallBudget(windows);
  for (let process = 0; process < 50; process += 1)
    reserve(budget, { ...asking(`p${process}`, 0), sequence: 1 }, process * 60_000);
  reserve(budget, { ...asking('last', 0), sequence: 4 }, 100 * 60_000);
  expect(Object.keys(budget.requests)).toEqual([
    ...Array.from({ length: 10 }, (_, place) => `p${place + 40}`),
    'last',
  ]);
  expect(budget.requests.last).toEqual({ sequence: 4, at: 100 * 60_000 });
});
