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
import { lockTable, transactOnTable } from '../commit/change-target.ts';
import type { Databases, Side } from '../databases.ts';
import type { Books } from '../dialect.ts';
import { queueForTable } from '../table-queue.ts';
import type { LockPatience } from '../tables/add-columns.ts';
import { completeTable } from '../tables/complete-table.ts';
import { insertChunks } from './chunks.ts';
import { deleteLoadsBefore } from './loads.ts';
import { readUnloadedChunks } from './run-history.ts';
import { insertRun, readRun } from './runs.ts';
import { discardShadows } from './shadow.ts';
import { createStaging } from './staging.ts';
import { lockTarget } from './targets.ts';

interface Opening {
  readonly patience: LockPatience;
  readonly signal: AbortSignal | undefined;
  /** What was noted before and is marked is no longer kept. */
  readonly keptSince: string;
}

/**
 * Makes the target ready, then writes the run and all its chunks and makes its staging, unless they are there: in one
 * transaction, so that a run is in the manifest whole or not at all.
 */
export async function recordRun(
  databases: Databases,
  run: NewRun,
  chunks: readonly RetriableChunk[],
  shape: TableShape,
  { patience, signal, keptSince }: Opening,
): Promise<void> {
  const { target, name } = run.river;
  const fault = checkTableName(databases.target.dialect.client, target.table);
  if (fault !== undefined) throw new ConfigurationError(`The river ${name}, target.table: ${fault}.`);
  // A run that still waits for its data pulls some of these days at most.
  const days =
    run.freshness?.pulls ?? chunks.flatMap(({ start, end }) => (start === null ? [] : [{ start, end }]));
  await completeTable(databases, { river: run.river, shape, days }, patience, signal);
  await transactOnTable(databases, target.table, async (turn) => {
    const { books } = turn;
    // Also where the river no longer overwrites its table.
    if (run.retryOf) await lockTarget(books, target.table);
    else {
      await lockTable(turn, target.table, async (both) => {
        await discardShadows(books, target.table, run.runId);
        await deleteLoadsBefore(both, target.table, keptSince);
      });
    }
    await insertRun(books, run);
    await insertChunks(books, run, chunks);
    await createStaging(books, run.runId);
  });
}

interface Resolved {
  readonly period: DateRange | null;
  readonly chunks: readonly RetriableChunk[];
  readonly freshness: Freshness;
}

/** Writes what a run knows now of its data and what it therefore pulls, once: a later attempt changes nothing. */
export async function recordFreshness(
  side: Side<Books>,
  runId: string,
  period: DateRange | null,
  chunks: readonly RetriableChunk[],
  freshness: Freshness,
): Promise<void> {
  const found = await side.read((books) => readRun(books, runId));
  if (!found) throw new Error(`the run ${runId} was never opened in the ${side.place}`);
  const { table } = found.river.target;
  await queueForTable(side, table, () =>
    side.transact(async (books) => {
      await lockTarget(books, table);
      const run = await readRun(books, runId);
      if (!run || run.freshness?.settled) return;
      const settled = { period, chunks, freshness };
      await write(books, run, await resolveWithOriginal(books, run, settled));
    }),
  );
}

/**
 * What a retry settles where its original never came to have chunks is the original's as well: another retry finds them
 * there, and of the two only one loads each.
 */
async function resolveWithOriginal(books: Books, run: StoredRun, settled: Resolved): Promise<Resolved> {
  if (!run.retryOf || (await hasChunks(books, run.runId))) return settled;
  const original = await readRun(books, run.retryOf.runId);
  if (!original?.freshness) return settled;
  if (original.freshness.settled) {
    const { period, freshness } = original;
    return { period, chunks: await readUnloadedChunks(books, original), freshness };
  }
  await write(books, original, settled);
  return settled;
}

async function hasChunks(books: Books, run: string): Promise<boolean> {
  const [chunk] = await books.from('river_chunks').where({ run_id: run }).limit(1).select('chunk');
  return chunk !== undefined;
}

async function write(books: Books, run: StoredRun, { period, chunks, freshness }: Resolved): Promise<void> {
  await books
    .from('river_runs')
    .where({ run_id: run.runId })
    .update({
      period_start: period?.start ?? null,
      period_end: period?.end ?? null,
      freshness: JSON.stringify(freshness),
    });
  await insertChunks(books, run, chunks);
}
