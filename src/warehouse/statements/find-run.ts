import type { RetryOfRun, RunStatus } from '#domain/run/run-result';
import type { StoredRun } from '#domain/run/stored-run';
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

/** The newest of them that are told of. */
const toldAtMost = 20;

/** The runs that have retried this one, the oldest first. */
export async function retriesOf(tables: Tables, runId: string): Promise<RetryOfRun[]> {
  const rows = await tables
    .from('river_runs')
    .where({ retry_of: runId })
    .orderBy('started_at', 'desc')
    .limit(toldAtMost)
    .select('workflow_id', 'state');
  return rows
    .reverse()
    .map((row) => ({ workflowId: String(row.workflow_id), status: row.state as RunStatus }));
}
