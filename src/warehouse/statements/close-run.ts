import type { RunStatus } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';

/** Ends the run, once; what it was pulling waits for another run to pull it. */
export async function closeRun(
  tables: Tables,
  runId: string,
  status: Exclude<RunStatus, 'running'>,
  finishedAt: string,
): Promise<void> {
  await tables
    .from('river_runs')
    .where({ run: runId, state: 'running' })
    .update({ state: status, finished_at: new Date(finishedAt).toISOString() });
  await tables.from('river_chunks').where({ run: runId, state: 'pulling' }).update({ state: 'waiting' });
}
