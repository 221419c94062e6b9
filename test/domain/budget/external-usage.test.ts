import { describe, expect, test } from 'vitest';
import type { CallBudget } from '#domain/budget/budget-state';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { noOutcomes, type Reservation } from '#domain/budget/reservation';
import { defaultBudget } from '#domain/budget/window';
import { aReservation } from '../../helpers/a-reservation.ts';
import { fullestOf, throttledBetween } from './virtual/figures.ts';
import { calmScenario, rivalRuns } from './virtual/scenario.ts';
import { simulate } from './virtual/simulate.ts';

const [minute, hour] = [60_000, 3_600_000];
const [longest] = defaultBudget;
const throttled = { sentAgoMs: 200, retryAfterMs: null };
const many = [{ run: 'a', calls: 100 }];

function ask(differs: Partial<Reservation>): Reservation {
  return aReservation({ asks: many, ...differs });
}

/** A trial has been refused. */
const refusedTrial = { ...noOutcomes, answered: true, probe: 'answered', throttled: [throttled] } as const;

function budgetAfter429(): CallBudget {
  const budget = createCallBudget(defaultBudget);
  reserve(budget, ask({}), 0);
  reserve(
    budget,
    ask({ room: 0, outcomes: { ...noOutcomes, answered: true, throttled: [throttled] } }),
    1000,
  );
  return budget;
}

describe('after a 429', () => {
  test('nothing goes before a call of ours has left the shortest window, then one at a time', () => {
    const budget = budgetAfter429();
    expect(reserve(budget, ask({}), 1_100).nextInMs[0]?.inMs[0]).toBe(10_751 - 1_100);
    const { permits, heldBy } = reserve(budget, ask({}), 10_800);
    expect(permits.map(({ probe }) => probe)).toEqual([true]);
    expect(heldBy).toBe('throttle');
    expect(reserve(budget, ask({ process: 'other' }), 10_900).permits).toEqual([]);
    const outcomes = { ...noOutcomes, answered: true, probe: 'answered' } as const;
    const { permits: more, heldBy: free } = reserve(budget, ask({ outcomes }), 13_000);
    expect(more.length).toBeGreaterThan(1);
    expect(more.every(({ probe }) => !probe)).toBe(true);
    expect(free).toBeNull();
  });

  test('a trial of a process that has died holds the others for no more than the shortest window', () => {
    const budget = budgetAfter429();
    const [trial] = reserve(budget, ask({}), 10_800).permits;
    const over = (trial?.at ?? Number.NaN) + 10_250;
    expect(reserve(budget, ask({ process: 'other' }), over - 1).permits).toEqual([]);
    expect(reserve(budget, ask({ process: 'another' }), over).permits).toHaveLength(1);
  });

  test('what others under way come to does not count again, and ends nothing', () => {
    const budget = budgetAfter429();
    reserve(budget, ask({ outcomes: { ...noOutcomes, answered: true, throttled: [throttled] } }), 1_100);
    reserve(budget, ask({ outcomes: { ...noOutcomes, answered: true } }), 1_200);
    expect(budget.throttle.inRow).toBe(1);
  });

  test('a trial that is refused makes the next wait, each time longer, up to two minutes', () => {
    const budget = budgetAfter429();
    let now = 10_800;
    const waits = Array.from({ length: 7 }, () => {
      now += 300;
      budget.trial = { process: 'p', until: now };
      reserve(budget, ask({ room: 0, outcomes: refusedTrial }), now);
      return Math.round(((budget.windows.backOffUntil ?? Number.NaN) - now) / 1000);
    });
    expect(waits).toEqual([11, 22, 43, 86, 120, 120, 120]);
  });

  test('Retry-After is kept to, by all processes', () => {
    const budget = createCallBudget(defaultBudget);
    const outcomes = { ...noOutcomes, answered: true, throttled: [{ sentAgoMs: 200, retryAfterMs: 30_000 }] };
    reserve(budget, ask({ room: 0, outcomes }), 1_000);
    const { permits, askAgainMs, nextInMs } = reserve(budget, ask({ process: 'other' }), 1_500);
    expect(permits).toEqual([]);
    expect(nextInMs[0]?.inMs[0]).toBe(29_500);
    expect(askAgainMs).toBeGreaterThan(20_000);
  });

  test('it is the shortest window that is full, as far as we know', () => {
    const [hourly, shortest] = budgetAfter429().windows.windows;
    expect(hourly?.external).toBeNull();
    expect(shortest?.external?.calls).toBe(50 - 8);
  });

  test('it is the next longer one if the shortest could have become free since', () => {
    const budget = budgetAfter429();
    expect(reserve(budget, ask({}), 14_000).permits.map(({ probe }) => probe)).toEqual([true]);
    reserve(budget, ask({ room: 0, outcomes: refusedTrial }), 14_300);
    expect(budget.windows.windows[0]?.external?.calls).toBe(2000 - 9);
  });
});

describe('a stranger who calls evenly with half the budget', () => {
  const stranger = { everyMs: hour / 1000, from: 0, until: 5 * hour };

  test.each([1, 4])('is seldom met, and leaves nothing unused, with %i processes', (processes) => {
    const runs = rivalRuns(1, 20_000);
    const played = simulate({ ...calmScenario, processes, runs, stranger, until: 7 * hour });
    const { refused, used } = throttledBetween(played, longest!, hour, 5 * hour);
    expect(refused).toBeLessThan(0.02);
    expect(used).toBeGreaterThan(0.98);
    // An hour after he has gone the whole budget is ours again, but for what is kept.
    const after = throttledBetween(played, longest!, 6 * hour, 7 * hour);
    expect(after).toMatchObject({ refused: 0 });
    expect(after.used).toBeGreaterThan(0.975);
  });

  test('is left alone for as long as Retry-After says, but for what was permitted before', () => {
    const retryAfterMs = 90_000;
    const { arrivals } = simulate({
      ...calmScenario,
      processes: 4,
      runs: rivalRuns(1, 20_000),
      stranger,
      retryAfterMs,
      until: 3 * hour,
    });
    let refusedAt = Number.NEGATIVE_INFINITY;
    let latest = 0;
    for (const { at, run, kind } of arrivals) {
      if (run === null) continue;
      if (at < refusedAt + retryAfterMs) latest = Math.max(latest, at - refusedAt);
      else if (kind === 'throttled') refusedAt = at;
    }
    expect(latest).toBeLessThan(11_000);
    expect(fullestOf(arrivals, defaultBudget)).toBeGreaterThan(1);
  });
});

test('a stranger who fills the 10 seconds now and then does not cost the hour', () => {
  const stranger = { everyMs: 4 * minute, from: 0, until: hour };
  const burst = simulate({ ...calmScenario, processes: 4, runs: rivalRuns(1, 1_900), stranger });
  expect(burst.lastSentAt).toBeLessThan(9 * minute);
});
