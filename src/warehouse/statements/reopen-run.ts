import type { Tables } from '../dialect.ts';
import { createStaging } from './staging-table.ts';

/** Opens a run again that was closed, with a staging of its own; its row stays locked, so two take turns. */
export async function reopenRun(tables: Tables, runId: string): Promise<void> {
  const reopened = await tables
    .from('river_runs')
    .where({ run: runId })
    .whereNot({ state: 'running' })
    .update({ state: 'running', finished_at: null, staging: true });
  if (reopened > 0) await createStaging(tables, runId);
}
