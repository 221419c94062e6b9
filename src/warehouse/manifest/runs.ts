/**
 * `river_runs`: one row a run, from when it is opened (`recordRun`) to its end (`endRun`): its river as it was configured then,
 * its period, what its filters came to, its state. Activities write it; each continuation, result and retry of a run reads it.
 */

import type { Selection } from '#domain/call/selection';
import type { Day } from '#domain/period/date-range';
import type { RunStatus, Warning } from '#domain/run/run-result';
import type { EndOfRun, NewRun, OrphanedRun, StoredRun } from '#domain/run/stored-run';
import type { Row, Tables } from '../dialect.ts';
import { toStoredRun } from './run-row.ts';
import { createStaging, dropStaging } from './staging.ts';

/** Writes the run, or opens one again that was closed: a Reset goes on under the same id. */
export async function insertRun(tables: Tables, run: NewRun): Promise<void> {
  const { river } = run;
  await tables
    .from('river_runs')
    .insert({
      run_id: run.runId,
      workflow_id: run.workflowId,
      river: river.name,
      report: river.report,
      connection: river.connection,
      settings: JSON.stringify(river),
      state: 'running',
      period_start: run.period?.start ?? null,
      period_end: run.period?.end ?? null,
      day: run.day,
      selection: run.selection === null ? null : JSON.stringify(run.selection),
      warnings: run.listWarnings?.length ? JSON.stringify(run.listWarnings) : null,
      base_url: run.baseUrl ?? null,
      started_at: new Date(run.startedAt).toISOString(),
      finished_at: null,
      staging: true,
      list_calls: 0,
      retry_of: run.retryOf?.runId ?? null,
      retry_of_workflow: run.retryOf?.workflowId ?? null,
      own_filters: run.ownFilters,
      freshness: run.freshness ? JSON.stringify(run.freshness) : null,
    })
    .onConflict('run_id')
    .merge(['state', 'finished_at', 'staging']);
}

export async function readRun(tables: Tables, runId: string): Promise<StoredRun | undefined> {
  const [row] = await tables.from('river_runs').where({ run_id: runId });
  return row && toStoredRun(row);
}

/** What the filters come to, and what is to be said of the lists that it was found in. */
export async function saveSelection(
  tables: Tables,
  runId: string,
  selection: Selection,
  warnings: readonly Warning[] = [],
): Promise<void> {
  await tables
    .from('river_runs')
    .where({ run_id: runId })
    .update({
      selection: JSON.stringify(selection),
      warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
    });
}

/** The run has another day from now on. */
export async function saveDay(tables: Tables, runId: string, day: Day): Promise<void> {
  await tables.from('river_runs').where({ run_id: runId }).update({ day });
}

/** Opens a run again that was closed, with a staging of its own; its row stays locked, so two take turns. */
export async function reopenRun(tables: Tables, runId: string): Promise<void> {
  const reopened = await tables
    .from('river_runs')
    .where({ run_id: runId })
    .whereNot({ state: 'running' })
    .update({ state: 'running', finished_at: null, staging: true });
  if (reopened > 0) await createStaging(tables, runId);
}

/** Ends the run, once, and drops its staging; what it was pulling waits for another run to pull it. */
export async function endRun(
  tables: Tables,
  runId: string,
  status: Exclude<RunStatus, 'running'>,
  finishedAt: string,
): Promise<void> {
  await tables
    .from('river_runs')
    .where({ run_id: runId, state: 'running' })
    .update({ state: status, finished_at: new Date(finishedAt).toISOString() });
  await tables.from('river_chunks').where({ run_id: runId, state: 'pulling' }).update({ state: 'waiting' });
  await dropStaging(tables, runId);
}

/**
 * Runs that are open in the manifest, or whose staging is still there, or the one of this id: they are under way, or were ended by
 * something that left them no time to close (orphaned).
 */
export async function readOrphanedRuns(tables: Tables, runId?: string): Promise<OrphanedRun[]> {
  const open = () => {
    const found = tables.from('river_runs').where((run) => {
      run.where({ staging: true }).orWhere({ state: 'running' });
    });
    return runId === undefined ? found : found.where({ run_id: runId });
  };
  const runs = await open().select('run_id', 'workflow_id', 'state', 'finished_at', 'list_calls');
  const counts: Row[] = await tables
    .from('river_chunks')
    .whereIn('run_id', open().select('run_id'))
    .groupBy('run_id')
    .select('run_id')
    .sum({ attempts: 'attempts', calls: 'calls' });
  const countsByRun = new Map(counts.map(({ run_id, attempts, calls }) => [run_id, [attempts, calls]]));
  return runs.map(({ run_id, workflow_id, ...row }) => ({
    runId: String(run_id),
    workflowId: String(workflow_id),
    place: JSON.stringify([row, countsByRun.get(run_id)]),
  }));
}

/** Until the transaction ends no other begins, stages or closes anything of the run (in SQLite, of any run). */
async function lockRun(tables: Tables, runId: string): Promise<void> {
  const run = { run_id: runId };
  await tables
    .from('river_runs')
    .where(run)
    .update({ staging: tables.query.ref('staging') });
  await tables.from('river_chunks').where(run).forUpdate().select('chunk');
}

/**
 * Ends a run that could not end itself. How it has ended was asked before, while nothing was
 * locked: one that has begun, staged or ended something since stays open and is given as it is now. A Reset may have begun
 * it again, or a last call of it was under way; asked once more, Temporal says which.
 */
export async function endOrphanedRun(
  tables: Tables,
  { runId, place }: OrphanedRun,
  end: EndOfRun,
): Promise<OrphanedRun | undefined> {
  await lockRun(tables, runId);
  const [now] = await readOrphanedRuns(tables, runId);
  if (now?.place !== place) return now;
  await endRun(tables, runId, end.status, end.at);
  return undefined;
}
