import { type BudgetWindow, shortestMs } from './window.ts';

/**
 * The width of a permit: a call may be handed to the socket from its instant on and for this long. It holds what is
 * uncertain between the budget's clock and a process's, which is the time that an answer is on its way.
 */
export const permitMs = 250;

/** What calls may gain on each other on their way to the API, as a part of the shortest window. */
export const jitterShare = 0.05;

/** How far ahead a permit may lie: a process that is killed wastes no more than those. */
export const permitsAheadMs = 10_000;

/** The part of each window that large runs may fill; the rest is kept for runs that have sent little. */
export const shareOfLargeRuns = 0.98;

/** A run counts as one that has sent little until it has sent this many calls. */
export const littleCalls = 10;

/** By how much each window is planned longer than it is at the API, so that calls that come early or late stay within it. */
export function roomForPermits(windows: readonly BudgetWindow[]): number {
  return shortestMs(windows) * jitterShare + permitMs;
}

/** The budget's clock shows whole milliseconds: when it answered, up to one more had passed. */
export const clockMs = 1;
