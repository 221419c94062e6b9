import { liftBackOff } from '#domain/budget/back-off';
import type { CallBudget } from '#domain/budget/budget-state';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import type { Granted, Reservation } from '#domain/budget/reservation';
import { resumeBudget, saveBudget } from '#domain/budget/save-budget';
import type { BudgetWindow } from '#domain/budget/window';
import { createRandom } from './random.ts';
import type { Scenario } from './scenario.ts';
import { type Arrival, createVirtualApi } from './virtual-api.ts';
import { createVirtualProcess, type VirtualProcess } from './virtual-process.ts';
import { beginRun } from './virtual-run.ts';
import { createVirtualTime } from './virtual-time.ts';

export interface Played {
  readonly arrivals: readonly Arrival[];
  /** The most calls in any window ÷ its limit. */
  readonly fullest: number;
  /** Our calls that were answered 429. */
  readonly refused: number;
  /** When each run had its last call answered. */
  readonly endedAt: ReadonlyMap<string, number>;
  readonly lastSentAt: number;
  /** When the budget was asked. */
  readonly askedAt: readonly number[];
  /** When it first heard of the later windows. */
  readonly heardAt: number | null;
  readonly kills: number;
  readonly budget: CallBudget;
}

/** What the clock of the budget shows at the beginning. */
const beginsAt = 1_764_000_000_000;
const slowUpdateMs = [300, 3_000] as const;
/** A process reads a changed configuration within this. */
const readsWithinMs = 10_000;

/** Plays a scenario in virtual time. */
export function simulate(scenario: Scenario): Played {
  const time = createVirtualTime();
  const random = createRandom(scenario.seed);
  const api = createVirtualApi(scenario, time, random);
  const askedAt: number[] = [];
  const endedAt = new Map<string, number>();
  let budget = createCallBudget(scenario.windows);
  let heardAt: number | null = null;
  let kills = 0;
  let started = 0;

  const budgetNow = () => Math.floor(beginsAt + time.now);

  function ask(request: Reservation, answered: (granted: Granted, answeredAt: number) => void): void {
    const way = () =>
      random.between(...(random.chance(scenario.slowUpdates) ? slowUpdateMs : scenario.updateMs)) / 2;
    const reach = (isLost: boolean) => () => {
      askedAt.push(time.now);
      if (request.windows !== scenario.windows) heardAt ??= time.now;
      if (random.chance(scenario.restarts))
        budget = resumeBudget(JSON.parse(JSON.stringify(saveBudget(budget))), budgetNow());
      const answeredAt = budgetNow();
      const granted = reserve(budget, request, answeredAt);
      if (isLost) time.at(time.now + random.between(...slowUpdateMs), reach(false));
      else time.at(time.now + way(), () => answered(granted, answeredAt));
    };
    time.at(time.now + way(), reach(scenario.repeats > 0 && random.chance(scenario.repeats)));
  }

  function startProcess(): VirtualProcess {
    started += 1;
    const { lanes, maxWaitMs, givesBack, lateTimers, windowsLater } = scenario;
    const readsAt = (windowsLater?.at ?? Number.POSITIVE_INFINITY) + random.between(0, readsWithinMs);
    const windows = (): readonly BudgetWindow[] =>
      windowsLater && time.now >= readsAt ? windowsLater.windows : scenario.windows;
    const lateMs = () => (random.chance(lateTimers) ? random.between(0, 300) : 0);
    const world = {
      time,
      lanes,
      processes: scenario.processes,
      random: () => random.between(0, 1),
      maxWaitMs,
      givesBack,
      windows,
      lateMs,
      send: api.send,
      reserve: ask,
    };
    return createVirtualProcess(`process-${started}`, world);
  }

  /** Something happens again and again, on the average this often. */
  function haunt(everyMs: number, action: () => void): void {
    if (!Number.isFinite(everyMs)) return;
    time.at(time.now + random.between(0, 2 * everyMs), () => {
      action();
      haunt(everyMs, action);
    });
  }

  const processes = Array.from({ length: scenario.processes }, startProcess);
  const places = [...processes.keys()];
  for (const run of scenario.runs) {
    const enter = (caller: Parameters<VirtualProcess['enter']>[0]) =>
      processes[random.pick(run.processes ?? places)]?.enter(caller);
    time.at(run.startsAt, () => beginRun(run, { time, random }, enter, () => endedAt.set(run.run, time.now)));
  }
  haunt(scenario.stallsEveryMs, () =>
    random.pick(processes).stall(time.now + random.between(0, scenario.stallsForMs)),
  );
  haunt(scenario.killsEveryMs, () => {
    const place = random.pick(places);
    processes[place]?.kill();
    processes[place] = startProcess();
    kills += 1;
  });

  haunt(scenario.liftsEveryMs, () => liftBackOff(budget, 'main', budgetNow()));

  const ending = scenario.runs.filter((run) => !run.alwaysFails).length;
  time.run(() => endedAt.size === ending || time.now > scenario.until);
  return {
    arrivals: api.arrivals,
    fullest: api.fullest,
    refused: api.arrivals.filter(({ kind, run }) => kind === 'throttled' && run !== null).length,
    endedAt,
    lastSentAt: api.lastSentAt,
    askedAt,
    heardAt,
    kills,
    budget,
  };
}
