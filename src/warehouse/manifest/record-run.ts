/**
 * What a run is to do, written before it does it: `recordRun` as it is opened, `recordFreshness` once it knows how far its data is
 * complete, where its report says that. Both are written once, whatever is tried again.
 */

import type { TableShape } from '#domain/column/river-table';
import { ConfigurationError } from '#domain/errors';
import type { DateRange } from '#domain/period/date-range';
import { checkTableName } from '#domain/river/target';
import type { Freshness } from '#domain/run/freshness';
import type { NewRun, RetriableChunk, StoredRun } from '#domain/run/stored-run';
import { refuseLoadMode } from '../commit/chunk-load.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../dialect.ts';
import type { LockPatience } from '../tables/add-columns.ts';
import { completeTable } from '../tables/complete-table.ts';
import { insertChunks } from './chunks.ts';
import { readUnloadedChunks } from './run-history.ts';
import { insertRun, readRun } from './runs.ts';
import { createStaging } from './staging.ts';
import { lockTarget } from './targets.ts';

/**
 * Makes the target ready, then writes the run and all its chunks and makes its staging, unless they are there: in one
 * transaction, so that a run is in the manifest whole or not at all.
 */
export async function recordRun(
  database: Database,
  run: NewRun,
  chunks: readonly RetriableChunk[],
  shape: TableShape,
  { patience, signal }: { readonly patience: LockPatience; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { target, name } = run.river;
  refuseLoadMode(run.river);
  const fault = checkTableName(database.dialect.client, target.table);
  if (fault !== undefined) throw new ConfigurationError(`The river ${name}, target.table: ${fault}.`);
  // A run that still waits for its data pulls some of these days at most.
  const days =
    run.freshness?.pulls ?? chunks.flatMap(({ start, end }) => (start === null ? [] : [{ start, end }]));
  await completeTable(database, { river: run.river, shape, days }, patience, signal);
  await database.transact(async (tables) => {
    await lockTarget(tables, target.table);
    await insertRun(tables, run);
    await insertChunks(tables, run, chunks);
    await createStaging(tables, run.runId);
  });
}

interface Resolved {
  readonly period: DateRange | null;
  readonly chunks: readonly RetriableChunk[];
  readonly freshness: Freshness;
}

/** Writes what a run knows now of its data and what it therefore pulls, once: a later attempt changes nothing. */
export async function recordFreshness(
  database: Database,
  runId: string,
  period: DateRange | null,
  chunks: readonly RetriableChunk[],
  freshness: Freshness,
): Promise<void> {
  const found = await database.read((tables) => readRun(tables, runId));
  if (!found) throw new Error(`the run ${runId} was never opened in the ${database.place}`);
  await database.transact(async (tables) => {
    await lockTarget(tables, found.river.target.table);
    const run = await readRun(tables, runId);
    if (!run || run.freshness?.settled) return;
    const settled = { period, chunks, freshness };
    await write(tables, run, await resolveWithOriginal(tables, run, settled));
  });
}

/**
 * What a retry settles where its original never came to have chunks is the original's as well: another retry finds them
 * there, and of the two only one loads each.
 */
async function resolveWithOriginal(tables: Tables, run: StoredRun, settled: Resolved): Promise<Resolved> {
  if (!run.retryOf || (await hasChunks(tables, run.runId))) return settled;
  const original = await readRun(tables, run.retryOf.runId);
  if (!original?.freshness) return settled;
  if (original.freshness.settled) {
    const { period, freshness } = original;
    return { period, chunks: await readUnloadedChunks(tables, original), freshness };
  }
  await write(tables, original, settled);
  return settled;
}

async function hasChunks(tables: Tables, run: string): Promise<boolean> {
  const [chunk] = await tables.from('river_chunks').where({ run_id: run }).limit(1).select('chunk');
  return chunk !== undefined;
}

async function write(tables: Tables, run: StoredRun, { period, chunks, freshness }: Resolved): Promise<void> {
  await tables
    .from('river_runs')
    .where({ run_id: run.runId })
    .update({
      period_start: period?.start ?? null,
      period_end: period?.end ?? null,
      freshness: JSON.stringify(freshness),
    });
  await insertChunks(tables, run, chunks);
}
