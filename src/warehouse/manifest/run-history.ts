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
import type { Tables } from '../dialect.ts';
import { toStoredRun } from './run-row.ts';
import { whereTarget } from './targets.ts';

/** The newest run of a workflow id. */
export async function findRun(tables: Tables, workflowId: string): Promise<StoredRun | undefined> {
  const [row] = await tables
    .from('river_runs')
    .where({ workflow_id: workflowId })
    .orderBy('started_at', 'desc')
    .limit(1);
  return row && toStoredRun(row);
}

/** The newest of them are listed. */
const retriesAtMost = 20;

/** The runs that have retried this one, the oldest first. */
export async function readRetries(tables: Tables, runId: string): Promise<RetryOfRun[]> {
  const rows = await tables
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
export async function listRuns(tables: Tables, limit: number): Promise<StoredRun[]> {
  const rows = await tables
    .from('river_runs')
    .orderBy([
      { column: 'started_at', order: 'desc' },
      { column: 'run_id', order: 'asc' },
    ])
    .limit(limit);
  return rows.map(toStoredRun);
}

/** How the run of a river ended that came to its end before this one did; undefined where there is none. Runs that a person stopped say nothing. */
export async function readEndBefore(
  tables: Tables,
  river: string,
  runId: string,
): Promise<RunStatus | undefined> {
  const [own] = await tables.from('river_runs').where({ run_id: runId }).limit(1);
  const [before] = await tables
    .from('river_runs')
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
export async function readRunsOfRiver(tables: Tables, river?: string): Promise<StoredRun[]> {
  const runs = tables.from('river_runs').whereNull('retry_of').orderBy(['started_at', 'run_id']);
  return (await (river === undefined ? runs : runs.where({ river }))).map(toStoredRun);
}

/** The retries of a river that the manifest calls open. */
export async function readOpenRetries(tables: Tables, river: string): Promise<Set<string>> {
  const rows = await tables
    .from('river_runs')
    .where({ river, state: 'running' })
    .whereNotNull('retry_of')
    .select('run_id');
  return new Set(rows.map(({ run_id }) => String(run_id)));
}

/** The chunks of all runs of a river that have days, and of their retries. */
export async function readRequestedDays(tables: Tables, river: string): Promise<RequestedDays[]> {
  const rows = await tables
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
    state: row.state === 'loaded' || row.state === 'failed' ? row.state : 'open',
    loadedAt: row.loaded_at === null ? null : String(row.loaded_at),
  }));
}

/** The chunks of a run that are not loaded, in the period's order; `skipped` where a later run has loaded their days since. */
export async function readUnloadedChunks(tables: Tables, run: StoredRun): Promise<RetriableChunk[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ run_id: run.runId })
    .whereNot({ state: 'loaded' })
    .orderBy('ordinal')
    .select('chunk');
  const chunks = rows.map(({ chunk }) => parseChunkKey(String(chunk)));
  const isLoaded = await loadedSince(tables, run, chunks);
  return chunks.map((chunk) => ({ ...chunk, state: isLoaded(chunk) ? 'skipped' : 'waiting' }));
}

/** Which of these chunks another run has loaded since this one began: read together, however many there are. */
async function loadedSince(
  tables: Tables,
  run: StoredRun,
  chunks: readonly Chunk[],
): Promise<(chunk: Chunk) => boolean> {
  if (chunks.length === 0) return () => false;
  const later = { river: run.river.name };
  const since = new Date(run.startedAt).toISOString();
  const ofOthers = (table: string) =>
    tables.from(table).where(later).whereNot({ run_id: run.runId }).where('loaded_at', '>', since);
  const days = chunks.some(({ start }) => start !== null)
    ? await whereTarget(ofOthers('river_days'), tables, run.river.target.table).distinct('day')
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

/** The loaded chunks of a river whose rows bear no day, the oldest first. */
export async function readLoadedWholes(tables: Tables, river: string): Promise<RowsOfRun[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ river, state: 'loaded' })
    .orderBy(['loaded_at', 'run_id'])
    .select('run_id', 'rows');
  return rows.map((row) => ({ day: null, run: String(row.run_id), rows: Number(row.rows) }));
}
