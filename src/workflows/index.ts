/** Exactly the workflow types there are: runs, which people and schedules start, and budgets, which start themselves. */
export { apiBudget } from './api-budget.ts';
export { riverRun } from './river-run.ts';
