import { setTimeout as sleep } from 'node:timers/promises';
import { leastTimeMs } from '#domain/budget/least-time';
import type { BudgetWindow } from '#domain/budget/window';
import type { Simulator } from '#simulator/start-simulator';
import type { CallRecord } from '#simulator/stats';
import type { House } from './house.ts';
import { sideBySide } from './rivers.ts';

export interface Figures {
  /** For each window: the most calls within its length ÷ its limit. */
  readonly fullest: readonly number[];
  readonly refused: number;
  /** Calls sent beyond those that the rivers needed. */
  readonly extra: number;
  /** From the first call to the last ÷ the least time for as many; for each connection. */
  readonly times: readonly number[];
  /** How long the small run took, in seconds; null where none was started. */
  readonly smallSeconds: number | null;
  /** The share of the slowest of ten equal runs ÷ an equal share, when the first of them had all its calls. */
  readonly slowestShare: number | null;
}

/** A backfill, and in the middle of it a run of five calls. */
export async function measureBackfill(house: House, windows: readonly BudgetWindow[]): Promise<Figures> {
  const { rivers } = house;
  const simulator = house.simulators.backfill;
  const backfill = await house.run('backfill');
  await until(() => simulator.stats().calls >= rivers.backfill / 2);
  const small = await house.run('small');
  const { endedAt } = await small.ended;
  await backfill.ended;
  const smallSeconds = (endedAt - small.startedAt) / 1000;
  const figures = figuresOf(simulator, windows, rivers.backfill + rivers.small);
  // The small run has a part of the windows that the least time does not know of.
  const times = [timeOverLeast(simulator.calls().filter(isOfActions), windows)];
  return { ...figures, times, smallSeconds };
}

/** Ten equal runs at once. */
export async function measureTen(house: House, windows: readonly BudgetWindow[]): Promise<Figures> {
  const { rivers } = house;
  const simulator = house.simulators.ten;
  const runs = await Promise.all([...rivers.ten.values()].map((river) => house.run(river)));
  await Promise.all(runs.map(({ ended }) => ended));
  const share = slowestShare(simulator.calls(), rivers.ten, rivers.each);
  return { ...figuresOf(simulator, windows, rivers.each * rivers.ten.size), slowestShare: share };
}

/** A backfill on each of three connections at once, by the same workers. */
export async function measureSideBySide(house: House, windows: readonly BudgetWindow[]): Promise<Figures> {
  const runs = await Promise.all(sideBySide.map((river) => house.run(river)));
  await Promise.all(runs.map(({ ended }) => ended));
  const each = sideBySide.map((api) => figuresOf(house.simulators[api], windows, house.rivers.backfill));
  return {
    fullest: windows.map((_, at) => Math.max(...each.map(({ fullest }) => fullest[at] ?? 0))),
    refused: each.reduce((all, { refused }) => all + refused, 0),
    extra: each.reduce((all, { extra }) => all + extra, 0),
    times: each.flatMap(({ times }) => times),
    smallSeconds: null,
    slowestShare: null,
  };
}

/**
 * A backfill that is tormented for a while: workers are killed one after the other and replaced, others stopped for
 * seconds, and the Temporal server is restarted in the middle of it.
 */
export async function measureKills(
  house: House,
  windows: readonly BudgetWindow[],
  { workers, forMs }: { readonly workers: number; readonly forMs: number },
): Promise<Figures> {
  const { rivers } = house;
  const simulator = house.simulators.kills;
  const backfill = await house.run('tormented');
  await until(() => simulator.stats().calls >= 20);
  const endsAt = performance.now() + forMs;
  const kills = async () => {
    for (let which = 0; performance.now() < endsAt; which += 1) {
      await house.replaceWorker(which % workers);
      await sleep(3_000);
    }
  };
  const stalls = async () => {
    for (let which = 1; performance.now() < endsAt; which += 3) {
      await house.stopForMs(which % workers, 500 + (which % 4) * 1_000);
      await sleep(2_000);
    }
  };
  const restart = async () => {
    await sleep(forMs / 2);
    await house.restartTemporal();
  };
  await Promise.all([kills(), stalls(), restart()]);
  await backfill.ended;
  return figuresOf(simulator, windows, rivers.backfill);
}

function figuresOf(simulator: Simulator, windows: readonly BudgetWindow[], needed: number): Figures {
  const stats = simulator.stats();
  return {
    fullest: stats.windows.map(({ most, calls }) => most / calls),
    refused: stats.refused,
    extra: stats.calls - needed,
    times: [timeOverLeast(simulator.calls(), windows)],
    smallSeconds: null,
    slowestShare: null,
  };
}

const isOfActions = ({ parameters }: CallRecord): boolean => parameters.ActionID !== undefined;

function timeOverLeast(calls: readonly CallRecord[], windows: readonly BudgetWindow[]): number {
  const at = calls.map((call) => Date.parse(call.at));
  return (Math.max(...at) - Math.min(...at)) / leastTimeMs(calls.length, windows);
}

function slowestShare(
  calls: readonly CallRecord[],
  ten: ReadonlyMap<string, string>,
  each: number,
): number | null {
  const sent = new Map([...ten.keys()].map((action) => [action, 0]));
  for (const { parameters } of calls) {
    const action = parameters.ActionID ?? '';
    const count = (sent.get(action) ?? 0) + 1;
    sent.set(action, count);
    if (count < each) continue;
    const all = [...sent.values()];
    return (Math.min(...all) * all.length) / all.reduce((sum, one) => sum + one, 0);
  }
  return null;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(50);
}
