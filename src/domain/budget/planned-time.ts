import { greedyTimeMs, leastTimeMs, plannedWindows } from './least-time.ts';
import { littleCalls } from './permit.ts';
import type { BudgetWindow } from './window.ts';

/** What a budget has to do beside the calls that are planned. */
export interface BudgetInUse {
  /** Instants of earlier calls, in milliseconds with now as 0: a minute ago is −60000. */
  readonly alreadySent: readonly number[];
  /** How many calls each other run still has to make. */
  readonly others: readonly number[];
}

/**
 * When the last of a new run's calls may be sent, in milliseconds from now. It shares with the runs that are under way:
 * each of them has a turn for each of its own, until it is through. What a small run sends goes before, and may fill the
 * kept part of the windows.
 */
export function plannedTimeMs(
  calls: number,
  windows: readonly BudgetWindow[],
  { alreadySent, others }: BudgetInUse,
): number {
  if (calls <= littleCalls) return greedyTimeMs(calls, plannedWindows(windows, 1), alreadySent);
  const between = others.reduce((sum, remaining) => sum + Math.min(remaining, calls), 0);
  return leastTimeMs(calls + between, windows, alreadySent);
}
