import { leastTimeMs } from '#domain/budget/least-time';
import type { BudgetWindow } from '#domain/budget/window';
import type { Scenario } from './scenario.ts';
import type { Played } from './simulate.ts';
import type { Arrival } from './virtual-api.ts';

/** The time it took ÷ the least time of the calls that were needed. */
export function timeOverLeast({ lastSentAt }: Played, { runs, windows }: Scenario): number {
  const calls = runs.reduce((all, run) => all + run.calls, 0);
  return lastSentAt / leastTimeMs(calls, windows);
}

/** Until the first run has ended: the calls of the run that had the fewest ÷ an equal share. */
export function slowestShare({ arrivals, endedAt }: Played): number {
  const until = Math.min(...endedAt.values());
  const calls = new Map<string | null, number>();
  for (const { at, run } of arrivals) if (at <= until) calls.set(run, (calls.get(run) ?? 0) + 1);
  const all = [...calls.values()].reduce((sum, each) => sum + each, 0);
  return Math.min(...calls.values()) / (all / endedAt.size);
}

/** How long each of some runs took, longest first; without end where it did not end. */
export function durationsOf({ endedAt }: Played, runs: Scenario['runs']): number[] {
  return runs
    .map(({ run, startsAt }) => (endedAt.get(run) ?? Number.POSITIVE_INFINITY) - startsAt)
    .sort((a, b) => b - a);
}

/** The most calls in any interval of a window's length ÷ its limit; the fullest of the windows. */
export function fullestOf(
  arrivals: readonly Pick<Arrival, 'at'>[],
  windows: readonly BudgetWindow[],
): number {
  let fullest = 0;
  for (const { calls, perMs } of windows) {
    let oldest = 0;
    for (const [newest, { at }] of arrivals.entries()) {
      while ((arrivals[oldest]?.at ?? at) <= at - perMs) oldest += 1;
      fullest = Math.max(fullest, (newest - oldest + 1) / calls);
    }
  }
  return fullest;
}

export interface Throttled {
  /** Our calls that were answered 429 ÷ those sent. */
  readonly refused: number;
  /** Our calls that were answered otherwise ÷ what the stranger left of the longest window. */
  readonly used: number;
}

/** How a stranger was borne between two instants. */
export function throttledBetween(
  { arrivals }: Played,
  { calls, perMs }: BudgetWindow,
  from: number,
  until: number,
): Throttled {
  const inside = arrivals.filter(({ at }) => at > from && at <= until);
  const ours = inside.filter(({ run }) => run !== null);
  const refused = ours.filter(({ kind }) => kind === 'throttled').length;
  const left = (calls * (until - from)) / perMs - (inside.length - ours.length);
  return { refused: refused / ours.length, used: (ours.length - refused) / left };
}
