import type { StoredRun } from '../../domain/run/stored-run.ts';
import type { Tables } from '../dialect.ts';
import { runOfRow } from './run-of-row.ts';

/** The newest run of a workflow id. */
export async function findRun(tables: Tables, workflowId: string): Promise<StoredRun | undefined> {
  const [row] = await tables
    .from('river_runs')
    .where({ workflow_id: workflowId })
    .orderBy('started_at', 'desc')
    .limit(1);
  return row && runOfRow(row);
}
