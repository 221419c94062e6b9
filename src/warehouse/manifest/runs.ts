/**
 * `river_runs`: one row a run, from when it is opened (`recordRun`) to its end (`endRun`): its river as it was configured then,
 * its period, what its filters came to, its state. Activities write it; each continuation, result and retry of a run reads it.
 */

import type { Selection } from '#domain/call/selection';
import type { Day } from '#domain/period/date-range';
import type { RunStatus, Warning } from '#domain/run/run-result';
import type { EndOfRun, NewRun, OrphanedRun, StoredRun } from '#domain/run/stored-run';
import type { Books, Row } from '../dialect.ts';
import { readJson } from '../stored-values.ts';
import { runsOfWarehouse, toStoredRun } from './run-row.ts';
import { createStaging, dropStaging } from './staging.ts';

/** Writes the run, or opens one again that was closed: a Reset goes on under the same id. */
export async function insertRun(books: Books, run: NewRun): Promise<void> {
  const { river } = run;
  await books
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
      salts: run.salts ? JSON.stringify(run.salts) : null,
      started_at: new Date(run.startedAt).toISOString(),
      finished_at: null,
      staging: true,
      error: null,
      list_calls: 0,
      warehouse: books.keptFor,
      retry_of: run.retryOf?.runId ?? null,
      retry_of_workflow: run.retryOf?.workflowId ?? null,
      own_filters: run.ownFilters,
      freshness: run.freshness ? JSON.stringify(run.freshness) : null,
    })
    .onConflict('run_id')
    .merge(['state', 'finished_at', 'staging', 'error']);
}

export async function readRun(books: Books, runId: string): Promise<StoredRun | undefined> {
  const [row] = await runsOfWarehouse(books).where({ run_id: runId });
  return row && toStoredRun(row);
}

/** What the filters come to, and what is to be said of the lists that it was found in. */
export async function saveSelection(
  books: Books,
  runId: string,
  selection: Selection,
  warnings: readonly Warning[] = [],
): Promise<void> {
  await books
    .from('river_runs')
    .where({ run_id: runId })
    .update({
      selection: JSON.stringify(selection),
      warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
    });
}

/** What came to light after its chunks were loaded. */
export async function addRunWarnings(
  books: Books,
  runId: string,
  warnings: readonly Warning[],
): Promise<void> {
  if (warnings.length === 0) return;
  const [run] = await books.from('river_runs').where({ run_id: runId }).select('warnings');
  const before = readJson<readonly Warning[]>(run?.warnings) ?? [];
  await books
    .from('river_runs')
    .where({ run_id: runId })
    .update({ warnings: JSON.stringify([...before, ...warnings]) });
}

/** Of runs that have succeeded nothing is retried: what their filters came to, which may be long, is kept no longer than their requests. */
export async function deleteSelectionsBefore(books: Books, before: string): Promise<void> {
  await runsOfWarehouse(books)
    .where({ state: 'succeeded' })
    .where('finished_at', '<', before)
    .whereNotNull('selection')
    .update({ selection: null });
}

/** The run has another day from now on. */
export async function saveDay(books: Books, runId: string, day: Day): Promise<void> {
  await books.from('river_runs').where({ run_id: runId }).update({ day });
}

/** Opens a run again that was closed, with a staging of its own; its row stays locked, so two take turns. */
export async function reopenRun(books: Books, runId: string): Promise<void> {
  const reopened = await books
    .from('river_runs')
    .where({ run_id: runId })
    .whereNot({ state: 'running' })
    .update({ state: 'running', finished_at: null, staging: true, error: null });
  if (reopened > 0) await createStaging(books, runId);
}

/** Ends the run, once, and drops its staging; what it was pulling waits for another run to pull it. */
export async function endRun(
  books: Books,
  runId: string,
  status: Exclude<RunStatus, 'running'>,
  finishedAt: string,
): Promise<void> {
  await books
    .from('river_runs')
    .where({ run_id: runId, state: 'running' })
    .update({ state: status, finished_at: new Date(finishedAt).toISOString() });
  await books.from('river_chunks').where({ run_id: runId, state: 'pulling' }).update({ state: 'waiting' });
  await dropStaging(books, runId);
}

/**
 * Runs that are open in the manifest, or whose staging is still there, or the one of this id: they are under way, or were ended by
 * something that left them no time to close (orphaned).
 */
export async function readOrphanedRuns(books: Books, runId?: string): Promise<OrphanedRun[]> {
  const open = () => {
    const found = runsOfWarehouse(books).where((run) => {
      run.where({ staging: true }).orWhere({ state: 'running' });
    });
    return runId === undefined ? found : found.where({ run_id: runId });
  };
  const runs = await open().select('run_id', 'workflow_id', 'state', 'finished_at', 'list_calls');
  const counts: Row[] = await books
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
async function lockRun(books: Books, runId: string): Promise<void> {
  const run = { run_id: runId };
  await books
    .from('river_runs')
    .where(run)
    .update({ staging: books.query.ref('staging') });
  await books.from('river_chunks').where(run).forUpdate().select('chunk');
}

/**
 * Ends a run that could not end itself. How it has ended was asked before, while nothing was
 * locked: one that has begun, staged or ended something since stays open and is given as it is now. A Reset may have begun
 * it again, or a last call of it was under way; asked once more, Temporal says which.
 */
export async function endOrphanedRun(
  books: Books,
  { runId, place }: OrphanedRun,
  end: EndOfRun,
): Promise<OrphanedRun | undefined> {
  await lockRun(books, runId);
  const [now] = await readOrphanedRuns(books, runId);
  if (now?.place !== place) return now;
  await endRun(books, runId, end.status, end.at);
  return undefined;
}
