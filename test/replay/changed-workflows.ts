import { openRun, resolveFilters } from '../../src/workflows/activities.ts';

/** What `riverRun` must never become without a patch: the same steps in another order. */
export async function riverRun(input: unknown): Promise<void> {
  await resolveFilters({ runId: '', workflowId: '', river: '', report: '', connection: '', warehouse: '' });
  await openRun({ input, workflowId: '', runId: '', instant: '', startedAt: '' });
}
