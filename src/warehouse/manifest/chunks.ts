/**
 * `river_chunks`: one row a chunk of a run, written when the run knows its period. Its state goes from waiting over pulling to loaded
 * or failed, and back to waiting where a run is closed before; `skipped` is what another run has loaded meanwhile. It counts the
 * chunk's calls and, once it is loaded, its rows. A run that goes on anywhere begins by reading here what is left.
 */

import { type Chunk, parseChunkKey } from '#domain/chunk/chunk';
import type {
  BegunChunk,
  ChunkState,
  ChunkStatus,
  MergeCounts,
  RunStatus,
  Warning,
} from '#domain/run/run-result';
import type { NewRun, RetriableChunk } from '#domain/run/stored-run';
import type { Books, Row } from '../dialect.ts';
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
  books: Books,
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
    await books.from('river_chunks').insert(rows).onConflict(['run_id', 'chunk']).ignore();
  }
  await books.from('river_chunks').where({ run_id: run.runId, state: 'failed' }).update({ state: 'waiting' });
}

/**
 * waiting → pulling, one attempt more; in a run that was closed as well: it goes on after a Reset. A chunk that is pulled already goes
 * on after a pause, or in a new history: that is no attempt, but where it is begun `anew`. Says what it is now.
 */
export async function markPulling(
  books: Books,
  runId: string,
  chunk: string,
  anew = false,
): Promise<BegunChunk> {
  const attempts = books.query.raw(`attempts + case when state = 'waiting' or ? then 1 else 0 end`, [anew]);
  const begun = await books
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .whereIn('state', openStates)
    .update({ state: 'pulling', attempts });
  if (begun > 0) await reopenRun(books, runId);
  const [row] = await books.from('river_chunks').where({ run_id: runId, chunk }).select('state', 'attempts');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return { state: row.state as ChunkState, attempts: Number(row.attempts) };
}

/** Whether pages may still be staged into the chunk, while its run is open. */
export async function isChunkOpen(books: Books, runId: string, chunk: string): Promise<boolean> {
  const [row] = await books.from('river_chunks').where({ run_id: runId, chunk }).select('state');
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
  books: Books,
  runId: string,
  chunk: string | null,
  calls: number,
): Promise<Counted> {
  const state = chunk === null ? undefined : await addToChunk(books, runId, chunk, calls);
  if (chunk === null) {
    await books
      .from('river_runs')
      .where({ run_id: runId })
      .update({ list_calls: books.query.raw('list_calls + ?', [calls]) });
  }
  const [run] = await books.from('river_runs').where({ run_id: runId }).select('report', 'state');
  if (!run) throw new Error(`the run ${runId} was never opened in this warehouse`);
  const running = (run.state as RunStatus) === 'running';
  return {
    report: String(run.report),
    open: running && (state === undefined || isOpenState(state)),
  };
}

async function addToChunk(books: Books, runId: string, chunk: string, calls: number): Promise<ChunkState> {
  const [row] = await books
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .update({ calls: books.query.raw('calls + ?', [calls]) })
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

/** What a commit has written of a chunk's rows. */
export interface LoadedRows {
  readonly rows: number;
  readonly merged?: MergeCounts;
  /** How many of them stand in the table, where that is another number. */
  readonly standing?: number;
  /** Whether they wait for the other chunks of their run before the table has them. */
  readonly waits?: boolean;
}

const toRowCounts = ({ rows, merged, standing }: LoadedRows) => ({
  rows,
  ...merged,
  ...(standing !== undefined && { rows_standing: standing }),
});

/** Locks it as well: nothing is staged into a chunk while it is being loaded. */
export async function readChunk(
  books: Books,
  runId: string,
  chunk: string,
): Promise<ManifestChunk | undefined> {
  const [row] = await books.from('river_chunks').where({ run_id: runId, chunk }).forUpdate();
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
  books: Books,
  runId: string,
  chunk: string,
  loaded: LoadedRows & { readonly warnings: readonly Warning[]; readonly at: string },
): Promise<void> {
  const warnings = loaded.warnings.map((warning) => ({ ...warning, message: storableText(warning.message) }));
  await books
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .update({
      state: 'loaded',
      ...toRowCounts(loaded),
      error: null,
      warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
      loaded_at: loaded.waits ? null : loaded.at,
    });
}

/** A retry has loaded a chunk of another run: there it is loaded as well, with what both have called for it. */
export async function markOriginalLoaded(
  books: Books,
  runId: string,
  chunk: string,
  loaded: LoadedRows & { readonly calls: number; readonly at: string },
): Promise<void> {
  await books
    .from('river_chunks')
    .where({ run_id: runId, chunk })
    .update({
      state: 'loaded',
      ...toRowCounts(loaded),
      calls: books.query.raw('calls + ?', [loaded.calls]),
      attempts: books.query.raw('attempts + 1'),
      error: null,
      loaded_at: loaded.waits ? null : loaded.at,
    });
}

/** Fewer rows of a chunk without days stand in the table, since another load has updated so many of them. */
export async function subtractStanding(books: Books, runId: string, rows: number): Promise<void> {
  await books
    .from('river_chunks')
    .where({ run_id: runId, state: 'loaded' })
    .whereNull('first_day')
    .update({ rows_standing: books.query.raw('coalesce(rows_standing, ??) - ?', ['rows', rows]) });
}

/** Another retry was faster: the chunk of this one has nothing left to load. */
export async function markSkipped(books: Books, runId: string, chunk: string): Promise<void> {
  await books.from('river_chunks').where({ run_id: runId, chunk }).update({ state: 'skipped', error: null });
}

/** The chunk fails with this error, and what is staged of it goes: a run that pulls it again begins anew. */
export async function markFailed(books: Books, runId: string, chunk: string, error: string): Promise<void> {
  await failChunks(books, { run_id: runId, chunk }, error);
  if (await hasStaging(books, runId)) await deletePages(books, runId, chunk);
}

/** The run fails with this error, and every chunk of it that is still open. One that is loaded stays loaded. */
export async function markAllFailed(books: Books, runId: string, error: string): Promise<void> {
  await failChunks(books, { run_id: runId }, error);
  await books
    .from('river_runs')
    .where({ run_id: runId })
    .update({ error: storableText(error) });
}

async function failChunks(
  books: Books,
  chunks: { readonly run_id: string; readonly chunk?: string },
  error: string,
): Promise<void> {
  await books
    .from('river_chunks')
    .where({ ...chunks })
    .whereIn('state', openStates)
    .update({ state: 'failed', error: storableText(error) });
}

/** Every chunk of a run, in the period's order. */
export async function readChunkStatuses(books: Books, runId: string): Promise<ChunkStatus[]> {
  return (await books.from('river_chunks').where({ run_id: runId }).orderBy('ordinal')).map(toChunkStatus);
}

const toChunkStatus = (row: Row): ChunkStatus => ({
  start: dayOrNull(row.first_day),
  end: dayOrNull(row.last_day),
  state: row.state as ChunkState,
  rows: Number(row.rows),
  calls: Number(row.calls),
  attempts: Number(row.attempts),
  error: row.error === null ? null : String(row.error),
});

/** Some chunks of a run, in the period's order; `onlyUnloaded`: without those that are loaded. */
export async function readChunkPage(
  books: Books,
  runId: string,
  {
    from,
    limit,
    onlyUnloaded,
  }: { readonly from: number; readonly limit: number; readonly onlyUnloaded: boolean },
): Promise<ChunkStatus[]> {
  const chunks = books.from('river_chunks').where({ run_id: runId });
  if (onlyUnloaded) chunks.whereNot({ state: 'loaded' });
  return (await chunks.orderBy('ordinal').offset(from).limit(limit)).map(toChunkStatus);
}

/** Chunks that are waiting or pulling, in the period's order. */
export async function readUnfinishedChunks(books: Books, runId: string, limit: number): Promise<Chunk[]> {
  const rows = await books
    .from('river_chunks')
    .where({ run_id: runId })
    .whereIn('state', openStates)
    .orderBy('ordinal')
    .limit(limit)
    .select('chunk');
  return rows.map(({ chunk }) => parseChunkKey(String(chunk)));
}
