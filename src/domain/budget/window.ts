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
