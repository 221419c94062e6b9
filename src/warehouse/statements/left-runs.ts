import type { LeftRun } from '../../domain/run/left-run.ts';
import type { Tables } from '../dialect.ts';

/** Runs that nobody has closed here: they are under way, or were ended by something that left them no time to close. */
export async function leftRuns(tables: Tables): Promise<LeftRun[]> {
  const rows = await tables
    .from('river_runs')
    .where({ staging: true })
    .orWhere({ state: 'running' })
    .select('run', 'workflow_id');
  const left: LeftRun[] = [];
  for (const row of rows) {
    const runId = String(row.run);
    left.push({ runId, workflowId: String(row.workflow_id), progress: await progressOf(tables, runId) });
  }
  return left;
}

/** The same run, locked with its chunks until the transaction ends: nobody begins, stages or closes anything of it. */
export async function lockedProgress(tables: Tables, runId: string): Promise<string> {
  await tables.from('river_runs').where({ run: runId }).forUpdate().select('run');
  await tables.from('river_chunks').where({ run: runId }).forUpdate().select('chunk');
  return progressOf(tables, runId);
}

/** Changes with each chunk that is begun, each call that is booked and each end. */
async function progressOf(tables: Tables, runId: string): Promise<string> {
  const [run] = await tables.from('river_runs').where({ run: runId }).select('state', 'list_calls');
  const [sums] = await tables
    .from('river_chunks')
    .where({ run: runId })
    .sum({ attempts: 'attempts', calls: 'calls' });
  return [run?.state, run?.list_calls, sums?.attempts ?? 0, sums?.calls ?? 0].map(String).join(' ');
}
