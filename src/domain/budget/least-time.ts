/** How long calls take under a budget: for plans, for progress, and as the measure of tests and benchmarks. */
import { largeRunShare, smallRunCalls } from './fair-share.ts';
import { roomForPermits } from './reservation.ts';
import { createRollingWindows, nextAt, recordCall } from './rolling-windows.ts';
import { type BudgetWindow, callsInShare, lengthenWindows, type WindowUse } from './window.ts';

/**
 * The least time that `calls` calls take under a budget, in milliseconds from now to the last send: 0 for calls
 * that a free budget lets through at once. Each is sent as early as every window allows, where a window gives
 * 98 % of its calls (the rest may be kept for small runs) and is longer by how much closer calls may come
 * together on the way (5 % of the shortest window) and by the width of a permit.
 *
 * `alreadySent` are the instants of earlier calls, in milliseconds with now as 0: a minute ago is −60000.
 */
export function leastTimeMs(
  calls: number,
  windows: readonly BudgetWindow[],
  alreadySent: readonly number[] = [],
): number {
  return greedyTimeMs(calls, plannedWindows(windows, largeRunShare), alreadySent);
}

/** What a budget has to do besides the calls that are planned. */
export interface BudgetInUse {
  /** Instants of earlier calls, in milliseconds with now as 0: a minute ago is −60000. */
  readonly alreadySent: readonly number[];
  /** How many calls each other run still has to make. */
  readonly others: readonly number[];
}

/**
 * When the last of a new run's calls may be sent, in milliseconds from now. It shares with the runs that are under way:
 * each of them has a turn for each of its own, until it is through. What a small run sends goes before, and may fill the
 * part of the windows that is kept for small runs.
 */
export function plannedTimeMs(
  calls: number,
  windows: readonly BudgetWindow[],
  { alreadySent, others }: BudgetInUse,
): number {
  if (calls <= smallRunCalls) return greedyTimeMs(calls, plannedWindows(windows, 1), alreadySent);
  const between = others.reduce((sum, remaining) => sum + Math.min(remaining, calls), 0);
  return leastTimeMs(calls + between, windows, alreadySent);
}

/** When the last of `calls` calls goes where each is sent as early as every window allows. */
function greedyTimeMs(
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
function plannedWindows(windows: readonly BudgetWindow[], share: number): BudgetWindow[] {
  const used = windows.map(({ calls, perMs }) => ({ calls: callsInShare({ calls }, share), perMs }));
  return lengthenWindows(used, roomForPermits(windows));
}

/**
 * In how many seconds, at the earliest, the last of `calls` calls may be sent, for a person to read. What a window has used may leave it
 * at once, so that as many calls as it holds may go now; the rest goes in bursts of the whole window, one each time it has passed.
 * Calls in flight may be among both: they have been used, and are not made yet.
 */
export function expectedSeconds(calls: number, windows: readonly WindowUse[]): number {
  const waits = windows.map(
    ({ calls: size, perSeconds }) => Math.ceil(Math.max(0, calls - size) / size) * perSeconds,
  );
  return Math.max(0, ...waits);
}
