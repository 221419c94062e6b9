import type { LeftRun } from '../../domain/run/left-run.ts';
import type { Tables } from '../dialect.ts';

/** Runs that nobody has closed here: they are under way, or were ended by something that left them no time to close. */
export async function leftRuns(tables: Tables): Promise<LeftRun[]> {
  const rows = await tables
    .from('river_runs')
    .where({ staging: true })
    .orWhere({ state: 'running' })
    .select('run', 'workflow_id');
  return rows.map((row) => ({ runId: String(row.run), workflowId: String(row.workflow_id) }));
}

/** Until the transaction ends nobody begins, stages or closes anything of the run (in SQLite, of any run). */
export async function lockRun(tables: Tables, runId: string): Promise<void> {
  const run = { run: runId };
  await tables
    .from('river_runs')
    .where(run)
    .update({ staging: tables.query.ref('staging') });
  await tables.from('river_chunks').where(run).forUpdate().select('chunk');
}
