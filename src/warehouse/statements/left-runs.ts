import type { OrphanedRun } from '#domain/run/stored-run';
import type { Row, Tables } from '../dialect.ts';

/** Runs that nobody has closed here, or that one of them: they are under way, or were ended by something that left them no time to close. */
export async function leftRuns(tables: Tables, runId?: string): Promise<OrphanedRun[]> {
  const left = () => {
    const open = tables.from('river_runs').where((run) => {
      run.where({ staging: true }).orWhere({ state: 'running' });
    });
    return runId === undefined ? open : open.where({ run: runId });
  };
  const runs = await left().select('run', 'workflow_id', 'state', 'finished_at', 'list_calls');
  const counts: Row[] = await tables
    .from('river_chunks')
    .whereIn('run', left().select('run'))
    .groupBy('run')
    .select('run')
    .sum({ attempts: 'attempts', calls: 'calls' });
  const countsOf = new Map(counts.map(({ run, attempts, calls }) => [run, [attempts, calls]]));
  return runs.map(({ run, workflow_id, ...row }) => ({
    runId: String(run),
    workflowId: String(workflow_id),
    place: JSON.stringify([row, countsOf.get(run)]),
  }));
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
