import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { listWaiting } from '#domain/budget/demand';
import { permitMs, permitsAheadMs, type Reservation } from '#domain/budget/reservation';
import { configureWindows } from '#domain/budget/rolling-windows';
import { type BudgetWindow, defaultBudget } from '#domain/budget/window';
import { aReservation } from '../../helpers/a-reservation.ts';
import { durationsOf, fullestOf, slowestShare, timeOverLeast } from './virtual/figures.ts';
import { hardTimes, isBearable } from './virtual/hard-times.ts';
import { calmScenario, rivalRuns, type Scenario } from './virtual/scenario.ts';
import { simulate } from './virtual/simulate.ts';

const [minute, hour] = [60_000, 3_600_000];
const badLuck = { slowUpdates: 0.03, stallsEveryMs: 20_000, stallsForMs: 8_000, killsEveryMs: 2 * minute };

describe('never above', () => {
  test('whatever is killed, stopped or late, no interval ever holds more calls, and all calls are made', () => {
    fc.assert(
      fc.property(hardTimes, (scenario) => {
        const { fullest, refused, endedAt } = simulate(scenario);
        expect(fullest).toBeLessThanOrEqual(1);
        expect(refused).toBe(0);
        if (isBearable(scenario)) expect(endedAt.size).toBe(scenario.runs.length);
      }),
      { numRuns: 120, endOnFailure: true },
    );
  });

  test('nor does it on the real windows', () => {
    const { fullest, refused } = simulate({
      ...calmScenario,
      ...badLuck,
      processes: 20,
      runs: rivalRuns(10, 300),
    });
    expect(fullest).toBeLessThanOrEqual(1);
    expect(refused).toBe(0);
  });

  test('the budget clock shows whole milliseconds: a call that is as early as it can be is in time all the same', () => {
    const windows = [{ calls: 1, perMs: 10_000 }];
    const budget = createCallBudget(windows);
    const asks = (at: number) => reserve(budget, ask(windows, [{ run: 'a', calls: 1 }]), Math.floor(at));
    // Answered without delay, sent as late as its permit lets it, and as late on the way as can be.
    const [first] = asks(100.9).permits;
    const latest = 0.9 + (first?.at ?? 0) + permitMs + 500;
    // Answered without delay, sent at once, and there without delay.
    const [second] = asks(10_840).permits;
    const earliest = second?.at ?? Number.NaN;
    expect(earliest - latest).toBeGreaterThanOrEqual(10_000);
  });
});

describe('always used', () => {
  test.each<[string, Partial<Scenario>]>([
    ['one run, one process', {}],
    ['ten runs at once, one process', { runs: rivalRuns(10, 500) }],
    ['one run, four processes', { processes: 4 }],
    ['ten runs at once, four processes', { processes: 4, runs: rivalRuns(10, 500) }],
    ['ten runs at once, twenty processes', { processes: 20, runs: rivalRuns(10, 500) }],
    ['a burst', { processes: 4, runs: rivalRuns(1, 400) }],
    ['kills, stalls and late answers', { processes: 4, ...badLuck }],
  ])('%s: it takes hardly longer than the least time', (_title, differs) => {
    const scenario = { ...calmScenario, ...differs };
    const played = simulate(scenario);
    expect(timeOverLeast(played, scenario)).toBeLessThanOrEqual(1.02);
    expect(played.refused).toBe(0);
    if (played.kills === 0)
      expect(played.arrivals.length).toBe(scenario.runs.reduce((n, r) => n + r.calls, 0));
  });

  test('twenty processes do not wear the budget out', () => {
    const { askedAt, lastSentAt } = simulate({ ...calmScenario, processes: 20, runs: rivalRuns(10, 500) });
    expect((askedAt.length / lastSentAt) * 1000).toBeLessThan(10);
  });
});

describe('small before large', () => {
  const small = Array.from({ length: 9 }, (_, k) => ({
    run: `small-${k}`,
    calls: 5,
    callers: k % 2 === 0 ? 1 : 5,
    startsAt: 5_000 + k * 13 * minute,
  }));

  test.each([1, 4, 20])(
    'in %i processes a run of 5 calls ends within two minutes, whatever else is under way',
    (processes) => {
      const scenario = { ...calmScenario, processes, runs: [...rivalRuns(1, 5_500), ...small] };
      const played = simulate(scenario);
      expect(durationsOf(played, small)[0]).toBeLessThan(2 * minute);
      expect(timeOverLeast(played, scenario)).toBeLessThanOrEqual(1.02);
    },
  );

  test('also beside ten large ones, with kills and stalls', () => {
    const runs = [...rivalRuns(10, 550), ...small];
    const played = simulate({ ...calmScenario, ...badLuck, processes: 4, runs });
    expect(durationsOf(played, small)[0]).toBeLessThan(2 * minute);
  });

  test.each([1, 4, 20])(
    'of ten equal runs in %i processes the slowest has nearly an equal share',
    (processes) => {
      expect(
        slowestShare(simulate({ ...calmScenario, processes, runs: rivalRuns(10, 400) })),
      ).toBeGreaterThan(0.8);
    },
  );

  test('a run that comes later shares from then on, and catches nothing up', () => {
    const late = { run: 'late', calls: 300, callers: 24, startsAt: 3 * minute };
    const { arrivals } = simulate({ ...calmScenario, processes: 4, runs: [...rivalRuns(1, 1_800), late] });
    const both = arrivals.filter(({ at }) => at > late.startsAt && at < late.startsAt + minute);
    const share = both.filter(({ run }) => run === late.run).length / both.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.65);
  });
});

describe('a budget that goes on from its JSON', () => {
  test('is the same at any moment', () => {
    fc.assert(
      fc.property(hardTimes, (scenario) => {
        const arrivalsWith = (restarts: number) => simulate({ ...scenario, restarts }).arrivals;
        expect(arrivalsWith(1)).toEqual(arrivalsWith(0));
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});

describe('for weeks', () => {
  const day = 24 * hour;
  const daily = Array.from({ length: 28 }, (_, k) => [
    { run: `large-${k}`, calls: 300, callers: 24, startsAt: k * day },
    { run: `small-${k}`, calls: 5, callers: 5, startsAt: k * day + minute / 2 },
  ]).flat();
  const scenario: Scenario = {
    ...calmScenario,
    runs: daily,
    processes: 3,
    killsEveryMs: 7 * hour,
    restarts: 0.1,
    outage: { from: 9 * day, until: 9 * day + hour },
    stranger: { everyMs: 3_000, from: 17 * day, until: 17 * day + 2 * hour },
  };
  const played = simulate(scenario);
  const largeOf = (k: number) => (played.endedAt.get(`large-${k}`) ?? Number.POSITIVE_INFINITY) - k * day;

  test('through kills, an outage and a stranger it keeps the windows, and every run ends', () => {
    const alone = played.arrivals.filter(({ at }) => at < 17 * day || at > 18 * day);
    expect(fullestOf(alone, defaultBudget)).toBeLessThanOrEqual(1);
    expect(alone.filter(({ kind }) => kind === 'throttled')).toEqual([]);
    expect(played.endedAt.size).toBe(daily.length);
    expect(played.kills).toBeGreaterThan(50);
  });

  test('it is as fast on the last day as on the first, and remembers no more', () => {
    expect(largeOf(27)).toBeLessThan(largeOf(0) * 1.05);
    expect(Object.keys(played.budget.shares.runs)).toEqual(['large-27', 'small-27']);
    expect(listWaiting(played.budget.waiting)).toEqual([]);
    expect(Object.keys(played.budget.waiting).length).toBeLessThanOrEqual(scenario.processes);
    expect(JSON.stringify(played.budget).length).toBeLessThan(100_000);
  });
});

describe('other windows', () => {
  const tight = [
    { calls: 60, perMs: 4 * minute },
    { calls: 8, perMs: 10_000 },
  ];
  const loose = [
    { calls: 120, perMs: 3 * minute },
    { calls: 12, perMs: 10_000 },
  ];

  test.each([
    ['tighter', loose, tight],
    ['looser', tight, loose],
  ])(
    '%s: old and new hold together for the longest of them, then the new ones alone',
    (_title, before, after) => {
      const scenario: Scenario = {
        ...calmScenario,
        windows: before,
        windowsLater: { at: 5 * minute, windows: after },
        processes: 4,
        runs: rivalRuns(2, 300),
      };
      const { arrivals, heardAt, endedAt } = simulate(scenario);
      const heard = heardAt ?? Number.NaN;
      const outstandingMs = permitsAheadMs + permitMs + 500;
      expect(
        fullestOf(
          arrivals.filter(({ at }) => at < heard + 4 * minute),
          before,
        ),
      ).toBeLessThanOrEqual(1);
      expect(
        fullestOf(
          arrivals.filter(({ at }) => at > heard + outstandingMs),
          after,
        ),
      ).toBeLessThanOrEqual(1);
      expect(endedAt.size).toBe(2);
    },
  );

  test('what was sent before counts under the new ones', () => {
    const day = [{ calls: 100, perMs: hour }];
    const budget = createCallBudget(day);
    for (let k = 0; k < 80; k += 1) reserve(budget, ask(day, [{ run: 'a', calls: 1 }]), k);
    const { permits, nextInMs } = reserve(
      budget,
      ask([{ calls: 80, perMs: hour }], [{ run: 'b', calls: 1 }]),
      1000,
    );
    expect(permits).toEqual([]);
    expect(nextInMs[0]?.inMs[0]).toBeGreaterThan(hour - 2_000);
  });

  test('processes that read them at different times do not make it grow, and keep both in force', () => {
    const [some, others]: [BudgetWindow[], BudgetWindow[]] = [
      [{ calls: 9, perMs: minute }],
      [...defaultBudget],
    ];
    const budget = createCallBudget(some);
    for (let now = 0; now < 1000; now += 1) configureWindows(budget, now % 2 === 0 ? others : some, now);
    expect(budget.windows.windows.map(({ calls }) => calls)).toEqual([9, 2000, 50]);
    configureWindows(budget, some, 1000 + hour);
    expect(budget.windows.windows.map(({ calls }) => calls)).toEqual([9]);
    expect(budget.settling).toEqual([]);
  });
});

function ask(windows: readonly BudgetWindow[], asks: Reservation['asks']): Reservation {
  return aReservation({ windows, asks });
}
