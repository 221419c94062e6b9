import { describe, expect, test } from 'vitest';
import type { CallBudget } from '#domain/budget/budget-state';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { type CallOutcomes, noOutcomes, type Reservation } from '#domain/budget/reservation';
import { resumeBudget, saveBudget } from '#domain/budget/save-budget';
import { defaultBudget } from '#domain/budget/window';
import { aReservation } from '../../helpers/a-reservation.ts';
import { calmScenario, rivalRuns } from './virtual/scenario.ts';
import { simulate } from './virtual/simulate.ts';

const minute = 60_000;

function tell(
  budget: CallBudget,
  process: string,
  outcomes: Partial<CallOutcomes>,
  now: number,
  room = 8,
  more: Partial<Reservation> = {},
) {
  const asks = [{ run: 'a', calls: 20 }];
  const told = { ...noOutcomes, ...outcomes };
  return reserve(budget, aReservation({ process, asks, room, outcomes: told, ...more }), now);
}

function budgetInOutage(): CallBudget {
  const budget = createCallBudget(defaultBudget);
  for (let k = 0; k < 5; k += 1) tell(budget, `p${k}`, { failed: 1 }, 0, 0);
  return budget;
}

describe('an outage', () => {
  test('begins with five failures in a row, whoever has them, and not where a call was answered in between', () => {
    expect(budgetInOutage().circuit.probe).not.toBeNull();
    const budget = createCallBudget(defaultBudget);
    for (let k = 0; k < 20; k += 1) tell(budget, `p${k}`, { answered: k % 4 === 0, failed: 1 }, k, 0);
    expect(budget.circuit.probe).toBeNull();
  });

  test('lets one probe through at a time, and each that fails makes the next wait twice as long, once', () => {
    const budget = budgetInOutage();
    expect(budget.circuit.probe).toEqual({ at: 1_000, waitMs: 1_000 });
    const { permits, heldBy } = tell(budget, 'p0', {}, 100);
    expect(permits).toMatchObject([{ at: 1_000, probe: true }]);
    expect(heldBy).toBe('outage');
    expect(tell(budget, 'p1', {}, 200).permits).toEqual([]);
    // Others that were under way fail together with it.
    tell(budget, 'p0', { failed: 3, probe: 'failed' }, 2_000, 0);
    expect(budget.circuit.probe).toEqual({ at: 4_000, waitMs: 2_000 });
  });

  test('what another process says of an older probe lets no second one through', () => {
    const budget = budgetInOutage();
    tell(budget, 'p0', {}, 100);
    expect(tell(budget, 'p1', { probe: 'returned' }, 200).permits).toEqual([]);
  });

  test('ends with one answer', () => {
    const budget = budgetInOutage();
    tell(budget, 'p0', {}, 100);
    const { permits, heldBy } = tell(budget, 'p1', { answered: true }, 1_500);
    expect(permits).toHaveLength(8);
    expect(heldBy).toBeNull();
    expect(budget.trial).toBeNull();
  });

  test('goes on with another process where the one that probes has died', () => {
    const budget = budgetInOutage();
    tell(budget, 'p0', {}, 100);
    expect(tell(budget, 'p1', {}, 6 * minute).permits).toEqual([]);
    expect(tell(budget, 'p1', {}, 6 * minute + 1_251).permits).toHaveLength(1);
  });

  test('waits for the probe for as long as a call may take', () => {
    const budget = budgetInOutage();
    tell(budget, 'p0', {}, 100, 8, { callTimeoutMs: 20 * minute });
    expect(tell(budget, 'p1', {}, 21 * minute).permits).toEqual([]);
    expect(tell(budget, 'p1', {}, 21 * minute + 1_251).permits).toHaveLength(1);
  });

  test('is told of with every answer, for how long it has been, and does not grow while there is no quota', () => {
    const budget = budgetInOutage();
    expect(tell(budget, 'p0', {}, 100).outage).toEqual({ agoMs: 100, countedMs: 100 });
    tell(budget, 'p0', { failed: 1, probe: 'failed' }, 2_000, 0);
    budget.windows.backOffUntil = 600_000;
    expect(tell(budget, 'p0', {}, 500_000).outage).toEqual({ agoMs: 500_000, countedMs: 4_000 });
    expect(tell(budget, 'p0', {}, 600_000)).toMatchObject({
      permits: [{ at: 600_000, probe: true }],
      outage: { agoMs: 600_000, countedMs: 4_000 },
    });
    const resumed = resumeBudget(JSON.parse(JSON.stringify(saveBudget(budget))), 600_500);
    expect(tell(resumed, 'p1', {}, 601_000).outage).toEqual({ agoMs: 601_000, countedMs: 5_000 });
    expect(tell(resumed, 'p0', { answered: true, probe: 'answered' }, 601_500)).not.toHaveProperty('outage');
  });

  test('is over with a 429, which is an answer', () => {
    const budget = budgetInOutage();
    tell(budget, 'p0', {}, 100);
    const throttled = [{ sentAgoMs: 100, retryAfterMs: null }];
    expect(tell(budget, 'p0', { answered: true, probe: 'answered', throttled }, 1_500)).not.toHaveProperty(
      'outage',
    );
  });

  test('gives the probe to the process that has waited longest', () => {
    const budget = budgetInOutage();
    const probe = { at: 40_000, waitMs: 32_000 };
    budget.circuit = { failures: 9, probe, since: 0, heldMs: 0, backOffUntil: null };
    const { permits, askAgainMs } = tell(budget, 'p1', {}, 10_000);
    expect(permits).toEqual([]);
    tell(budget, 'p2', {}, 20_000);
    const isBackAt = 10_000 + (askAgainMs ?? Number.NaN);
    expect(tell(budget, 'p2', {}, isBackAt - 1).permits).toEqual([]);
    expect(tell(budget, 'p1', {}, isBackAt).permits).toMatchObject([{ at: 40_000 }]);
  });
});

test('a sign-in that is refused as the trial after a 429 leaves the trial to another call', () => {
  const budget = createCallBudget(defaultBudget);
  tell(budget, 'p0', { answered: true, throttled: [{ sentAgoMs: 100, retryAfterMs: 2_000 }] }, 0, 0);
  expect(tell(budget, 'p0', {}, 20_000).permits).toMatchObject([{ probe: true }]);
  const { permits } = tell(budget, 'p0', { answered: true, probe: 'returned' }, 20_300);
  expect(permits).toMatchObject([{ probe: true }]);
  expect(budget.throttle.inRow).toBe(1);
});

describe('an API that is away for half an hour', () => {
  const outage = { from: 3 * minute, until: 33 * minute };
  const badLuck = { killsEveryMs: 5 * minute, stallsEveryMs: 20_000, stallsForMs: 5_000 };

  test.each([
    [1, {}],
    [4, {}],
    [20, {}],
    [4, badLuck],
  ])('is asked seldom by %i processes, and all go on when it is back', (processes, differs) => {
    const scenario = { ...calmScenario, ...differs, processes, runs: rivalRuns(10, 200), outage };
    const { arrivals, endedAt } = simulate(scenario);
    const failed = arrivals.filter(({ kind }) => kind === 'failed');
    // Those that were under way, and those that had their permits: 10 s ahead at most.
    const detectedBy = outage.from + 20_000;
    const late = failed.filter(({ at }) => at > detectedBy);
    expect(late.every(({ probe }) => probe)).toBe(true);
    const gaps = late.slice(1).map(({ at }, k) => at - (late[k]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(3_000);
    expect(late.length).toBeLessThan(25);
    const back = arrivals.filter(({ at }) => at > outage.until);
    expect((back[50]?.at ?? Number.NaN) - outage.until).toBeLessThan(2.5 * minute);
    expect(endedAt.size).toBe(10);
  });
});

test('a call that always fails does not stop the others', () => {
  const bad = { run: 'bad', calls: 4, callers: 4, startsAt: 0, alwaysFails: true };
  const scenario = { ...calmScenario, processes: 4, runs: [...rivalRuns(2, 1_500), bad] };
  const without = simulate({ ...scenario, runs: rivalRuns(2, 1_500) });
  const { arrivals, lastSentAt, endedAt } = simulate(scenario);
  expect(endedAt.size).toBe(2);
  expect(arrivals.filter(({ run }) => run === 'bad').length).toBeGreaterThan(20);
  expect(lastSentAt).toBeLessThan(without.lastSentAt * 1.02);
});
