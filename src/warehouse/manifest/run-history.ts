/**
 * Runs and their chunks over time, read across `river_runs` and `river_chunks`: the runs of a river, of a workflow id, the newest of
 * all, what has retried what, and what is left to retry. Nothing is written here. `river status`, `verify`, retries and
 * notifications read it.
 */

import { type Chunk, parseChunkKey } from '#domain/chunk/chunk';
import { eachDay } from '#domain/period/date-range';
import type { RetryOfRun, RunStatus } from '#domain/run/run-result';
import type { RetriableChunk, StoredRun } from '#domain/run/stored-run';
import type { RequestedDays, RowsOfRun } from '#domain/verify/verification';
import type { Books, Row } from '../dialect.ts';
import { runsOfWarehouse, toStoredRun } from './run-row.ts';
import { readReplaced, whereTarget } from './targets.ts';

/** The newest run of a workflow id. */
export async function findRun(books: Books, workflowId: string): Promise<StoredRun | undefined> {
  const [row] = await runsOfWarehouse(books)
    .where({ workflow_id: workflowId })
    .orderBy('started_at', 'desc')
    .limit(1);
  return row && toStoredRun(row);
}

/** The newest of them are listed. */
const retriesAtMost = 20;

/** The runs that have retried this one, the oldest first. */
export async function readRetries(books: Books, runId: string): Promise<RetryOfRun[]> {
  const rows = await books
    .from('river_runs')
    .where({ retry_of: runId })
    .orderBy('started_at', 'desc')
    .limit(retriesAtMost)
    .select('workflow_id', 'state');
  return rows
    .reverse()
    .map((row) => ({ workflowId: String(row.workflow_id), status: row.state as RunStatus }));
}

/** The newest runs first. */
export async function listRuns(books: Books, limit: number): Promise<StoredRun[]> {
  const rows = await runsOfWarehouse(books)
    .orderBy([
      { column: 'started_at', order: 'desc' },
      { column: 'run_id', order: 'asc' },
    ])
    .limit(limit);
  return rows.map(toStoredRun);
}

/** Which runs are listed, the newest first. */
export interface RunsWanted {
  readonly limit: number;
  /** Left out: of all rivers. */
  readonly river?: string | undefined;
  /** Left out: however they stand. */
  readonly status?: RunStatus | undefined;
  /** The last run of the page before. */
  readonly after?: { readonly startedAt: string; readonly runId: string } | undefined;
}

/** A page of runs, the newest first. */
export async function readRunPage(
  books: Books,
  { limit, river, status, after }: RunsWanted,
): Promise<StoredRun[]> {
  const runs = runsOfWarehouse(books)
    .orderBy([
      { column: 'started_at', order: 'desc' },
      { column: 'run_id', order: 'desc' },
    ])
    .limit(limit);
  if (river !== undefined) runs.where({ river });
  if (status !== undefined) runs.where({ state: status });
  if (after !== undefined) {
    const { startedAt, runId } = after;
    runs.where('started_at', '<=', startedAt).where((older) => {
      older.where('started_at', '<', startedAt).orWhere('run_id', '<', runId);
    });
  }
  return (await runs).map(toStoredRun);
}

/** SQLite joins no more selections in a statement. */
const riversAtATime = 400;

/** The newest run of each of these rivers that has one. */
export async function readNewestRuns(books: Books, rivers: readonly string[]): Promise<StoredRun[]> {
  const found: StoredRun[] = [];
  for (let from = 0; from < rivers.length; from += riversAtATime) {
    const some = rivers.slice(from, from + riversAtATime);
    const [first, ...others] = some.map((river) =>
      books.query
        .select('*')
        .from(
          runsOfWarehouse(books)
            .where({ river })
            .orderBy('started_at', 'desc')
            .limit(1)
            .select('run_id')
            .as('newest'),
        ),
    );
    if (!first) continue;
    const ids = (await first.unionAll(others as never)) as Row[];
    const runs = await books.from('river_runs').whereIn(
      'run_id',
      ids.map(({ run_id }) => String(run_id)),
    );
    found.push(...runs.map(toStoredRun));
  }
  return found;
}

/** How the run of a river ended that came to its end before this one did; undefined where there is none. Runs that a person stopped say nothing. */
export async function readEndBefore(
  books: Books,
  river: string,
  runId: string,
): Promise<RunStatus | undefined> {
  const [own] = await books.from('river_runs').where({ run_id: runId }).limit(1);
  const [before] = await runsOfWarehouse(books)
    .where({ river })
    .whereNot({ run_id: runId })
    .whereIn('state', ['succeeded', 'failed'])
    .where((earlier) => {
      if (own?.finished_at) earlier.where('finished_at', '<=', own.finished_at);
    })
    .orderBy('finished_at', 'desc')
    .limit(1);
  return before && (before.state as RunStatus);
}

/** All runs of a river, the oldest first; of all rivers without a name. What a retry loads is its original's. */
export async function readRunsOfRiver(books: Books, river?: string): Promise<StoredRun[]> {
  const runs = runsOfWarehouse(books).whereNull('retry_of').orderBy(['started_at', 'run_id']);
  return (await (river === undefined ? runs : runs.where({ river }))).map(toStoredRun);
}

/** The retries of a river that the manifest calls open. */
export async function readOpenRetries(books: Books, river: string): Promise<Set<string>> {
  const rows = await runsOfWarehouse(books)
    .where({ river, state: 'running' })
    .whereNotNull('retry_of')
    .select('run_id');
  return new Set(rows.map(({ run_id }) => String(run_id)));
}

/** The chunks of all runs of a river that have days, and of their retries. */
export async function readRequestedDays(books: Books, river: string): Promise<RequestedDays[]> {
  const rows = await books
    .from('river_chunks')
    .where({ river })
    .whereNotNull('first_day')
    .whereNotNull('last_day')
    .whereNot({ state: 'skipped' })
    .select('run_id', 'first_day', 'last_day', 'state', 'loaded_at');
  return rows.map((row) => ({
    run: String(row.run_id),
    start: String(row.first_day),
    end: String(row.last_day),
    // What waits for the rest of its run is not in the table.
    state: row.state === 'failed' ? 'failed' : row.loaded_at === null ? 'open' : 'loaded',
    loadedAt: row.loaded_at === null ? null : String(row.loaded_at),
  }));
}

/** The chunks of a run that are not loaded, in the period's order; `skipped` where a later run has loaded their days since. */
export async function readUnloadedChunks(books: Books, run: StoredRun): Promise<RetriableChunk[]> {
  const rows = await books
    .from('river_chunks')
    .where({ run_id: run.runId })
    .whereNot({ state: 'loaded' })
    .orderBy('ordinal')
    .select('chunk');
  const chunks = rows.map(({ chunk }) => parseChunkKey(String(chunk)));
  const isLoaded = await loadedSince(books, run, chunks);
  return chunks.map((chunk) => ({ ...chunk, state: isLoaded(chunk) ? 'skipped' : 'waiting' }));
}

/**
 * Which of these chunks another run has loaded since this one began: read together, however many there are. A run that overwrites its
 * table needs all of its own, unless another one has replaced the content since.
 */
async function loadedSince(
  books: Books,
  run: StoredRun,
  chunks: readonly Chunk[],
): Promise<(chunk: Chunk) => boolean> {
  if (chunks.length === 0) return () => false;
  const later = { river: run.river.name };
  const since = new Date(run.startedAt).toISOString();
  if (run.river.target.load === 'overwrite') {
    const replaced = await readReplaced(books, run.river.target.table);
    const isReplaced = replaced !== null && replaced.runId !== run.runId && replaced.at > since;
    return () => isReplaced;
  }
  const ofOthers = (table: string) =>
    books.from(table).where(later).whereNot({ run_id: run.runId }).where('loaded_at', '>', since);
  const days = chunks.some(({ start }) => start !== null)
    ? await whereTarget(ofOthers('river_days'), books, run.river.target.table).distinct('day')
    : [];
  const wholes = chunks.some(({ start }) => start === null)
    ? await ofOthers('river_chunks').where({ state: 'loaded' }).whereNull('first_day').distinct('chunk')
    : [];
  const loadedDays = new Set(days.map(({ day }) => String(day)));
  const loadedWholes = new Set(wholes.map(({ chunk }) => String(chunk)));
  return (chunk) =>
    chunk.start === null
      ? loadedWholes.has(chunk.key)
      : [...eachDay(chunk)].every((day) => loadedDays.has(day));
}

/** The loaded chunks of a river whose rows bear no day, the oldest first; `since` the table's content was last replaced. */
export async function readLoadedWholes(
  books: Books,
  river: string,
  since: string | null,
): Promise<RowsOfRun[]> {
  const loaded = books.from('river_chunks').where({ river, state: 'loaded' }).whereNotNull('loaded_at');
  if (since !== null) loaded.where('loaded_at', '>=', since);
  const rows = await loaded.orderBy(['loaded_at', 'run_id']).select('run_id', 'rows', 'rows_standing');
  return rows.map((row) => ({
    day: null,
    run: String(row.run_id),
    rows: Number(row.rows_standing ?? row.rows),
  }));
}
