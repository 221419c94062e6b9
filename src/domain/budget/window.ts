/** At most `calls` calls in any rolling interval of `perMs` milliseconds. */
export interface BudgetWindow {
  readonly calls: number;
  readonly perMs: number;
}

/** What Optimove's published limits come to: 2000 an hour and 50 in 10 seconds. */
export const defaultBudget: readonly BudgetWindow[] = Object.freeze([
  { calls: 2000, perMs: 3_600_000 },
  { calls: 50, perMs: 10_000 },
]);

/** The length of the shortest window. */
export function shortestMs(windows: readonly BudgetWindow[]): number {
  return Math.min(...windows.map(({ perMs }) => perMs));
}

/** The length of the longest window: nobody is out of calls for longer. */
export function longestMs(windows: readonly BudgetWindow[]): number {
  return Math.max(...windows.map(({ perMs }) => perMs));
}

/** The same windows, each longer by `byMs`: room for what calls gain on each other on the way. */
export function lengthenWindows(windows: readonly BudgetWindow[], byMs: number): BudgetWindow[] {
  return windows.map(({ calls, perMs }) => ({ calls, perMs: perMs + byMs }));
}

/** The calls that a share of a window comes to: rounded down, but at least one. */
export function callsOfShare({ calls }: Pick<BudgetWindow, 'calls'>, share: number): number {
  // In hundredths, because 0.98 × 50 is a little less than 49.
  return Math.max(1, Math.floor((calls * Math.round(share * 100)) / 100));
}
