/**
 * `river_chunks`: one row a chunk of a run, written when the run knows its period. Its state goes from waiting over pulling to loaded
 * or failed, and back to waiting where a run is closed before; `skipped` is what another run has loaded meanwhile. It counts the
 * chunk's calls and, once it is loaded, its rows. A run that goes on anywhere begins by reading here what is left.
 */

import { type Chunk, parseChunkKey } from '#domain/chunk/chunk';
import type { BegunChunk, ChunkState, ChunkStatus, RunStatus, Warning } from '#domain/run/run-result';
import type { NewRun, RetriableChunk } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';
import { dayOrNull, storableText } from '../stored-values.ts';
import { reopenRun } from './runs.ts';
import { deletePages, hasStaging } from './staging.ts';

/** A chunk in one of these may still be staged and loaded. */
const openStates: readonly ChunkState[] = ['waiting', 'pulling'];

export const isOpenState = (state: ChunkState): boolean => openStates.includes(state);

/** SQLite takes no longer statement than 500 rows. */
const rowsAtATime = 400;

/** Writes the chunks that are not there yet; those that failed in a run that is opened again wait once more. */
export async function insertChunks(
  tables: Tables,
  run: NewRun,
  chunks: readonly RetriableChunk[],
): Promise<void> {
  for (let from = 0; from < chunks.length; from += rowsAtATime) {
    const rows = chunks.slice(from, from + rowsAtATime).map((chunk, at) => ({
      run_id: run.runId,
      river: run.river.name,
      chunk: chunk.key,
      ordinal: from + at,
      first_day: chunk.start,
      last_day: chunk.end,
      state: chunk.state ?? 'waiting',
      attempts: 0,
      rows: 0,
      calls: 0,
    }));
    await tables.from('river_chunks').insert(rows).onConflict(['run_id', 'chunk']).ignore();
  }
  await tables
    .from('river_chunks')
    .where({ run_id: run.runId, state: 'failed' })
    .update({ state: 'waiting' });
}

/**
 * waiting → pulling, one attempt more; in a run that was closed as well: it goes on after a Reset. A chunk that is pulled already goes
 * on after a pause, or in a new history: that is no attempt, but where it is begun `anew`. Says what it is now.
 */
export async function markPulling(
  tables: Tables,
  runId: string,
  chunk: string,
  anew = false,
): Promise<BegunChunk> {
  const attempts = tables.query.raw(`attempts + case when state = 'waiting' or ? then 1 else 0 end`, [anew]);
  const begun = await tables
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .whereIn('state', openStates)
    .update({ state: 'pulling', attempts });
  if (begun > 0) await reopenRun(tables, runId);
  const [row] = await tables.from('river_chunks').where({ run_id: runId, chunk }).select('state', 'attempts');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return { state: row.state as ChunkState, attempts: Number(row.attempts) };
}

/** Whether pages may still be staged into the chunk, while its run is open. */
export async function isChunkOpen(tables: Tables, runId: string, chunk: string): Promise<boolean> {
  const [row] = await tables.from('river_chunks').where({ run_id: runId, chunk }).select('state');
  return isOpenState(row?.state as ChunkState);
}

/** The run and the chunk that calls were counted for, as they stand after that. */
export interface Counted {
  readonly report: string;
  /** Whether pages may still be staged. */
  readonly open: boolean;
}

/** Adds to the calls of a chunk, or of the run where they belong to none; the row stays locked until the transaction ends. */
export async function addCalls(
  tables: Tables,
  runId: string,
  chunk: string | null,
  calls: number,
): Promise<Counted> {
  const state = chunk === null ? undefined : await addToChunk(tables, runId, chunk, calls);
  if (chunk === null) {
    await tables
      .from('river_runs')
      .where({ run_id: runId })
      .update({ list_calls: tables.query.raw('list_calls + ?', [calls]) });
  }
  const [run] = await tables.from('river_runs').where({ run_id: runId }).select('report', 'state');
  if (!run) throw new Error(`the run ${runId} was never opened in this warehouse`);
  const running = (run.state as RunStatus) === 'running';
  return {
    report: String(run.report),
    open: running && (state === undefined || isOpenState(state)),
  };
}

async function addToChunk(tables: Tables, runId: string, chunk: string, calls: number): Promise<ChunkState> {
  const [row] = await tables
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .update({ calls: tables.query.raw('calls + ?', [calls]) })
    .returning('state');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return row.state as ChunkState;
}

/** A chunk as the manifest has it. */
export interface ManifestChunk {
  readonly state: ChunkState;
  readonly start: string | null;
  readonly end: string | null;
  readonly rows: number;
  readonly calls: number;
  readonly warnings: readonly Warning[];
}

/** Locks it as well: nothing is staged into a chunk while it is being loaded. */
export async function readChunk(
  tables: Tables,
  runId: string,
  chunk: string,
): Promise<ManifestChunk | undefined> {
  const [row] = await tables.from('river_chunks').where({ run_id: runId, chunk }).forUpdate();
  return (
    row && {
      state: row.state as ChunkState,
      start: dayOrNull(row.first_day),
      end: dayOrNull(row.last_day),
      rows: Number(row.rows),
      calls: Number(row.calls),
      warnings: row.warnings === null ? [] : (JSON.parse(String(row.warnings)) as Warning[]),
    }
  );
}

export async function markLoaded(
  tables: Tables,
  runId: string,
  chunk: string,
  loaded: { readonly rows: number; readonly warnings: readonly Warning[]; readonly at: string },
): Promise<void> {
  const warnings = loaded.warnings.map((warning) => ({ ...warning, message: storableText(warning.message) }));
  await tables
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .update({
      state: 'loaded',
      rows: loaded.rows,
      error: null,
      warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
      loaded_at: loaded.at,
    });
}

/** A retry has loaded a chunk of another run: there it is loaded as well, with what both have called for it. */
export async function markOriginalLoaded(
  tables: Tables,
  runId: string,
  chunk: string,
  loaded: { readonly rows: number; readonly calls: number; readonly at: string },
): Promise<void> {
  await tables
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .update({
      state: 'loaded',
      rows: loaded.rows,
      calls: tables.query.raw('calls + ?', [loaded.calls]),
      attempts: tables.query.raw('attempts + 1'),
      error: null,
      loaded_at: loaded.at,
    });
}

/** Another retry was faster: the chunk of this one has nothing left to load. */
export async function markSkipped(tables: Tables, runId: string, chunk: string): Promise<void> {
  await tables.from('river_chunks').where({ run_id: runId, chunk }).update({ state: 'skipped', error: null });
}

/** The chunk fails with this error, and what is staged of it goes: a run that pulls it again begins anew. */
export async function markFailed(tables: Tables, runId: string, chunk: string, error: string): Promise<void> {
  await failChunks(tables, { run_id: runId, chunk }, error);
  if (await hasStaging(tables, runId)) await deletePages(tables, runId, chunk);
}

/** Every chunk of the run that is still open fails with this error. One that is loaded stays loaded. */
export async function markAllFailed(tables: Tables, runId: string, error: string): Promise<void> {
  await failChunks(tables, { run_id: runId }, error);
}

async function failChunks(
  tables: Tables,
  chunks: { readonly run_id: string; readonly chunk?: string },
  error: string,
): Promise<void> {
  await tables
    .from('river_chunks')
    .where({ ...chunks })
    .whereIn('state', openStates)
    .update({ state: 'failed', error: storableText(error) });
}

/** Every chunk of a run, in the period's order. */
export async function readChunkStatuses(tables: Tables, runId: string): Promise<ChunkStatus[]> {
  const rows = await tables.from('river_chunks').where({ run_id: runId }).orderBy('ordinal');
  return rows.map((row) => ({
    start: dayOrNull(row.first_day),
    end: dayOrNull(row.last_day),
    state: row.state as ChunkState,
    rows: Number(row.rows),
    calls: Number(row.calls),
    attempts: Number(row.attempts),
    error: row.error === null ? null : String(row.error),
  }));
}

/** Chunks that are waiting or pulling, in the period's order. */
export async function readUnfinishedChunks(tables: Tables, runId: string, limit: number): Promise<Chunk[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ run_id: runId })
    .whereIn('state', openStates)
    .orderBy('ordinal')
    .limit(limit)
    .select('chunk');
  return rows.map(({ chunk }) => parseChunkKey(String(chunk)));
}
