import type { DateRange } from '#domain/period/date-range';
import type { Freshness } from '#domain/run/freshness';
import type { RetriableChunk, StoredRun } from '#domain/run/stored-run';
import type { Database } from './database.ts';
import type { Tables } from './dialect.ts';
import { insertChunks } from './statements/insert-chunks.ts';
import { lockTarget } from './statements/lock-target.ts';
import { readRun } from './statements/read-run.ts';
import { unloadedChunks } from './statements/unloaded-chunks.ts';

interface Settled {
  readonly period: DateRange | null;
  readonly chunks: readonly RetriableChunk[];
  readonly freshness: Freshness;
}

/** Writes what a run knows now of its data and what it therefore pulls, once: whoever comes later changes nothing. */
export async function settleRun(
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
    await settle(tables, run, await settledWithOriginal(tables, run, settled));
  });
}

/**
 * What a retry settles where its original never came to have chunks is the original's as well: another retry finds them
 * there, and of the two only one loads each.
 */
async function settledWithOriginal(tables: Tables, run: StoredRun, settled: Settled): Promise<Settled> {
  if (!run.retryOf || (await hasChunks(tables, run.runId))) return settled;
  const original = await readRun(tables, run.retryOf.runId);
  if (!original?.freshness) return settled;
  if (original.freshness.settled) {
    const { period, freshness } = original;
    return { period, chunks: await unloadedChunks(tables, original), freshness };
  }
  await settle(tables, original, settled);
  return settled;
}

async function hasChunks(tables: Tables, run: string): Promise<boolean> {
  const [chunk] = await tables.from('river_chunks').where({ run }).limit(1).select('chunk');
  return chunk !== undefined;
}

async function settle(tables: Tables, run: StoredRun, { period, chunks, freshness }: Settled): Promise<void> {
  await tables
    .from('river_runs')
    .where({ run: run.runId })
    .update({
      period_start: period?.start ?? null,
      period_end: period?.end ?? null,
      freshness: JSON.stringify(freshness),
    });
  await insertChunks(tables, run, chunks);
}
