/**
 * What has happened to a target, as facts that can be kept as JSON, and how the books mark it. Nothing but these facts is needed for
 * that: where the books lie in another database, it may be another process that marks it, and much later.
 */

import type { Chunk } from '#domain/chunk/chunk';
import type { DateRange, Day } from '#domain/period/date-range';
import { eachDay, toDateRanges } from '#domain/period/date-range';
import type { Warning } from '#domain/run/run-result';
import type { NewRun } from '#domain/run/stored-run';
import type { RowsOfRun } from '#domain/verify/verification';
import type { Books } from '../dialect.ts';
import {
  insertChunks,
  type LoadedRows,
  markLoaded,
  markOriginalLoaded,
  subtractStanding,
} from '../manifest/chunks.ts';
import {
  deleteDays,
  deleteDaysOfTable,
  deleteEmptyDays,
  deleteForgotten,
  insertDays,
  insertDaysOfChunks,
  insertForgotten,
  subtractDays,
} from '../manifest/days.ts';
import { addRunWarnings, endRun, insertRun } from '../manifest/runs.ts';
import {
  discardShadows,
  dropShadow,
  markOverwritten,
  movePages,
  readChunkOfDays,
} from '../manifest/shadow.ts';
import { deletePages, deleteStaged } from '../manifest/staging.ts';
import { markReplaced } from '../manifest/targets.ts';

/** What a commit has just done: a test may stop there. All but the last stand inside of its transaction; with books apart that of the target ends after `inserted`. */
export type Step =
  | 'locked'
  | 'compared'
  | 'collected'
  | 'removed'
  | 'updated'
  | 'inserted'
  | 'days'
  | 'marked'
  | 'unstaged'
  | 'committed';

interface OfTable {
  readonly river: string;
  readonly table: string;
  /** The run that did it; for what no run does, an id of its own. */
  readonly runId: string;
  /** What of it: a chunk, or what else is done to a table. */
  readonly chunk: string;
  readonly at: string;
}

/** A chunk's rows have reached the table, or wait in the shadow of their run. */
export interface ChunkChange extends OfTable {
  readonly kind: 'chunk';
  /** The run that a retry completes: its rows bear that run's id. */
  readonly retryOf: string | null;
  readonly ownFilters: boolean;
  readonly written: LoadedRows;
  readonly calls: number;
  readonly warnings: readonly Warning[];
  readonly slices: readonly string[];
  /** Null for a chunk without days. */
  readonly scope: DateRange | null;
  readonly completeUpTo: Day | null;
  /** Days whose rows were removed; null: all rows of the river. */
  readonly removed: readonly DateRange[] | null;
  readonly days: readonly (readonly [Day, number])[];
  /** Rows of other loads that `merge` has updated. */
  readonly gone: readonly RowsOfRun[];
}

/** The whole content of the table is that of a run. */
export interface OverwriteChange extends OfTable {
  readonly kind: 'overwrite';
  readonly owner: string;
  readonly warnings: readonly Warning[];
  readonly completeUpTo: Day | null;
  readonly arriving: readonly (readonly [Day | null, number])[];
  /** Days of the river whose rows have stayed. */
  readonly kept: readonly DateRange[];
}

/** Rows that something else had loaded have become the river's. */
export interface AdoptionChange extends OfTable {
  readonly kind: 'adoption';
  readonly run: NewRun;
  /** All chunks of the adoption so far; this one is the last. */
  readonly chunks: readonly Chunk[];
  readonly rows: number;
  /** Null for rows without days. */
  readonly scope: DateRange | null;
  readonly days: readonly (readonly [Day, number])[];
  readonly completeUpTo: Day | null;
}

/** A river's rows of some days were deleted. */
export interface ForgottenChange extends OfTable {
  readonly kind: 'forgotten';
  readonly days: DateRange;
  readonly rows: number;
}

export type Change = ChunkChange | OverwriteChange | AdoptionChange | ForgottenChange;

/** Whether the target has changed, and not the books alone. */
export const isOfTarget = (change: Change): boolean =>
  change.kind !== 'chunk' || change.written.waits !== true;

type OnStep = (step: Step) => void | Promise<void>;

/** `late`: by another transaction than the one that did it; what was staged may be gone. */
export async function markChange(
  books: Books,
  change: Change,
  onStep: OnStep,
  isLate?: 'late',
): Promise<void> {
  switch (change.kind) {
    case 'chunk':
      return markChunk(books, change, onStep, isLate);
    case 'overwrite':
      return markOverwrite(books, change, onStep);
    case 'adoption':
      return markAdoption(books, change);
    default:
      return markForgotten(books, change);
  }
}

async function markChunk(
  books: Books,
  change: ChunkChange,
  onStep: OnStep,
  isLate: 'late' | undefined,
): Promise<void> {
  const { runId, chunk, retryOf, written, calls, at, slices } = change;
  if (written.waits) {
    await movePages(books, runId, retryOf ?? runId, chunk, slices);
    await onStep('inserted');
  } else {
    await markDays(books, change);
    await onStep('days');
  }
  await markLoaded(books, runId, chunk, { ...written, warnings: change.warnings, at });
  if (retryOf !== null) await markOriginalLoaded(books, retryOf, chunk, { ...written, calls, at });
  await onStep('marked');
  if (isLate) await deleteStaged(books, runId, chunk, null);
  else await deletePages(books, runId, chunk);
  await onStep('unstaged');
}

async function markDays(books: Books, change: ChunkChange): Promise<void> {
  const { river, table, runId, chunk, retryOf, written, scope, removed, gone, at } = change;
  const of = { river, table };
  const owner = retryOf ?? runId;
  for (const between of removed ?? [null]) await deleteDays(books, { ...of, between });
  if (scope === null) {
    for (const { run, rows } of gone) await subtractStanding(books, run, rows);
    return;
  }
  await subtractDays(books, of, gone);
  // Days that a run has loaded with filters of its own do not count for the river: the others' entries stay.
  if (written.merged && !change.ownFilters) await deleteEmptyDays(books, { ...of, between: scope }, owner);
  await insertDays(books, { ...of, runId: owner, chunk }, new Map(change.days), at, change.completeUpTo);
  await deleteForgotten(books, of, scope);
}

/** What stood there is gone, of whichever river; kept days keep their entries. */
async function markOverwrite(books: Books, change: OverwriteChange, onStep: OnStep): Promise<void> {
  const { river, table, runId, owner, at, completeUpTo } = change;
  const chunks = await readChunkOfDays(books, owner);
  const kept = new Set(change.kept.flatMap((range) => [...eachDay(range)]));
  await deleteDaysOfTable(books, table, { river, days: [...kept] });
  const arriving = new Map(change.arriving);
  const entries = new Map<Day, { readonly chunk: string; readonly rows: number }>();
  for (const { key, days } of chunks) {
    for (const day of days ? eachDay(days) : [])
      if (!kept.has(day)) entries.set(day, { chunk: key, rows: arriving.get(day) ?? 0 });
  }
  const all = chunks.flatMap(({ days }) => (days ? [...eachDay(days)] : []));
  for (const range of toDateRanges(all)) await deleteForgotten(books, { river, table }, range);
  // A report of the present state has a day that no chunk names.
  for (const [day, rows] of arriving)
    if (day !== null && !entries.has(day)) entries.set(day, { chunk: chunks[0]?.key ?? '', rows });
  await insertDaysOfChunks(books, { river, table, runId: owner }, entries, at, completeUpTo);
  await onStep('days');
  await markOverwritten(books, owner, at);
  await markReplaced(books, table, { at, runId: owner });
  await addRunWarnings(books, runId, change.warnings);
  await onStep('marked');
  await dropShadow(books, owner);
  await discardShadows(books, table, owner);
  await onStep('unstaged');
}

/** It stands in the manifest as a run that loaded these rows. */
async function markAdoption(books: Books, change: AdoptionChange): Promise<void> {
  const { river, table, run, chunk, chunks, rows, scope, days, at, completeUpTo } = change;
  await insertRun(books, run);
  await insertChunks(books, run, chunks);
  if (scope) {
    const of = { river, table, runId: run.runId, chunk };
    await insertDays(books, of, new Map(days), at, completeUpTo);
    await deleteForgotten(books, { river, table }, scope);
  }
  await markLoaded(books, run.runId, chunk, { rows, warnings: [], at });
  await endRun(books, run.runId, 'succeeded', at);
}

async function markForgotten(books: Books, { river, table, days, at }: ForgottenChange): Promise<void> {
  await deleteDays(books, { river, table, between: days });
  await insertForgotten(books, { river, table }, days, at);
}
