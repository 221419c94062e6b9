import { roomForPermits, shareOfLargeRuns } from './permit.ts';
import { createRollingWindows, nextAt, recordCall } from './rolling-windows.ts';
import { type BudgetWindow, callsOfShare, lengthenWindows } from './window.ts';

/**
 * The least time that `calls` calls take under a budget, in milliseconds from now to the last send: 0 for calls
 * that a free budget lets through at once. Each is sent as early as every window allows, where a window gives
 * 98 % of its calls (the rest may be kept for runs that have sent little) and is longer by what calls gain on
 * each other on the way (5 % of the shortest window) and by the width of a permit.
 *
 * `alreadySent` are the instants of earlier calls, in milliseconds with now as 0: a minute ago is −60000.
 */
export function leastTimeMs(
  calls: number,
  windows: readonly BudgetWindow[],
  alreadySent: readonly number[] = [],
): number {
  return greedyTimeMs(calls, plannedWindows(windows, shareOfLargeRuns), alreadySent);
}

/** When the last of `calls` calls goes where each is sent as early as every window allows. */
export function greedyTimeMs(
  calls: number,
  windows: readonly BudgetWindow[],
  alreadySent: readonly number[],
): number {
  const state = createRollingWindows(windows);
  for (const at of alreadySent.toSorted((a, b) => a - b)) recordCall(state, at);
  let lastSentAt = 0;
  for (let sent = 0; sent < calls; sent += 1) {
    lastSentAt = nextAt(state, lastSentAt);
    recordCall(state, lastSentAt);
  }
  return lastSentAt;
}

/** The windows as calls are planned in them: a share of each, and longer. */
export function plannedWindows(windows: readonly BudgetWindow[], share: number): BudgetWindow[] {
  const used = windows.map(({ calls, perMs }) => ({ calls: callsOfShare({ calls }, share), perMs }));
  return lengthenWindows(used, roomForPermits(windows));
}
