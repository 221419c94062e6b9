/**
 * `river_days`: which run has loaded a day of a river into a table, and how many rows; written by the commit of its chunk, and gone
 * with the rows. `river_forgotten_days`: days that a person has taken out of the table. Tracking and `verify` read both.
 */

import { type DateRange, type Day, eachDay } from '#domain/period/date-range';
import type { LoadedWith } from '#domain/run/column-changes';
import type { LoadedDays } from '#domain/run/loaded-days';
import type { RowsOfRun } from '#domain/verify/verification';
import type { Books, Both, Row } from '../dialect.ts';
import { runsOfWarehouse, toStoredRun } from './run-row.ts';
import { toTargetOfDays, whereTarget } from './targets.ts';

/** SQLite takes no longer statement than 500 rows. */
const rowsAtATime = 400;

/** Whose days, and which of them; all where there are no bounds. */
interface DaysOfRiver {
  readonly river: string;
  readonly table: string;
  readonly between: DateRange | null;
}

export async function deleteDays(books: Books, days: DaysOfRiver): Promise<void> {
  await daysIn(books, days).delete();
}

/** A table that is gone, or overwritten, has no days loaded, whichever rivers had filled it; but for days of a river that are kept. */
export async function deleteDaysOfTable(
  books: Books,
  table: string,
  kept: { readonly river: string; readonly days: readonly Day[] } = { river: '', days: [] },
): Promise<void> {
  const days = whereTarget(books.from('river_days'), books, table);
  if (kept.days.length > 0)
    days.whereNot((each) => void each.where({ river: kept.river }).whereIn('day', kept.days));
  await days.delete();
}

/** The river, its table, and the run that loads the days. */
interface DaysOfRun {
  readonly river: string;
  readonly table: string;
  readonly runId: string;
}

/** The days of one chunk. */
export const insertDays = (
  books: Books,
  { chunk, ...of }: DaysOfRun & { readonly chunk: string },
  days: ReadonlyMap<Day, number>,
  loadedAt: string,
  completeUpTo?: Day | null,
): Promise<void> => {
  const ofChunk = [...days].map(([day, rows]) => [day, { chunk, rows }] as const);
  return insertDaysOfChunks(books, of, new Map(ofChunk), loadedAt, completeUpTo);
};

export async function insertDaysOfChunks(
  books: Books,
  { river, table, runId }: DaysOfRun,
  days: ReadonlyMap<Day, { readonly chunk: string; readonly rows: number }>,
  loadedAt: string,
  completeUpTo: Day | null = null,
): Promise<void> {
  const rows = [...days].map(([day, of]) => ({
    river,
    target: toTargetOfDays(books, table),
    run_id: runId,
    day,
    ...of,
    provisional: completeUpTo !== null && day > completeUpTo,
    loaded_at: loadedAt,
  }));
  for (let from = 0; from < rows.length; from += rowsAtATime) {
    await books.from('river_days').insert(rows.slice(from, from + rowsAtATime));
  }
}

/** Days whose rows another load has updated: so many fewer of the run that loaded them stand there. */
export async function subtractDays(
  books: Books,
  { river, table }: { readonly river: string; readonly table: string },
  gone: readonly RowsOfRun[],
): Promise<void> {
  for (const { day, run, rows } of gone) {
    if (day === null) continue;
    await whereTarget(books.from('river_days').where({ river, day, run_id: run }), books, table).update({
      rows: books.query.raw('?? - ?', ['rows', rows]),
    });
  }
}

/** Of these days the entries of other runs of which no row stands there any more. */
export async function deleteEmptyDays(books: Books, days: DaysOfRiver, ownRun: string): Promise<void> {
  await daysIn(books, days).where('rows', '<=', 0).whereNot({ run_id: ownRun }).delete();
}

function daysIn(books: Books, { river, table, between }: DaysOfRiver) {
  const days = whereTarget(books.from('river_days').where({ river }), books, table);
  return between === null ? days : days.whereBetween('day', [between.start, between.end]);
}

/** What the manifest has of a river in a table, day by day, the oldest load first. */
export async function readLoadedRows(books: Books, river: string, table: string): Promise<RowsOfRun[]> {
  const rows = await daysIn(books, { river, table, between: null })
    .orderBy(['loaded_at', 'run_id', 'day'])
    .select('day', 'run_id', 'rows');
  return rows.map((row) => ({ day: String(row.day), run: String(row.run_id), rows: Number(row.rows) }));
}

const nothing: LoadedDays = { days: [], runs: new Map(), forgotten: [] };

/**
 * Which days of a river stand in its table and by which runs, and which are forgotten. None stands where the table is
 * gone, or the manifest is: this only reads, so it looks for both.
 */
export async function readLoadedDays(
  { books, target }: Both,
  river: string,
  table: string,
): Promise<LoadedDays> {
  if (!(await books.dialect.hasTable(books, 'river_days'))) return nothing;
  const forgotten = await readForgottenDays(books, river, table);
  if (!(await target.dialect.hasTable(target, table))) return { ...nothing, forgotten };
  const ofRiver = () => daysIn(books, { river, table, between: null });
  const days = await ofRiver().select('day', 'run_id', 'provisional');
  const runs = await books.from('river_runs').whereIn('run_id', ofRiver().select('run_id'));
  return {
    days: days.map((row) => ({
      day: String(row.day),
      run: String(row.run_id),
      provisional: Boolean(row.provisional),
    })),
    forgotten,
    runs: new Map(
      runs.map(toStoredRun).map(({ runId, river, ownFilters = false }) => [runId, { river, ownFilters }]),
    ),
  };
}

/** How many of the newest chunks without days are looked through for one of this table. */
const chunksLookedAt = 100;

/**
 * What the rows of a river that stand in a table were loaded with, once for each run of them; of a report without days the
 * newest run alone, which has replaced the others.
 */
export async function readLoadedWith(
  { books, target }: Both,
  river: string,
  table: string,
): Promise<LoadedWith[]> {
  if (!(await books.dialect.hasTable(books, 'river_days'))) return [];
  if (!(await target.dialect.hasTable(target, table))) return [];
  const days = await books
    .from('river_days')
    .where({ river, target: toTargetOfDays(books, table) })
    .select('run_id', 'day');
  const chunks: Row[] =
    days.length > 0
      ? []
      : await books
          .from('river_chunks')
          .where({ river, state: 'loaded' })
          .orderBy('loaded_at', 'desc')
          .limit(chunksLookedAt)
          .select('run_id');
  const daysByRun = Map.groupBy(days, ({ run_id }) => String(run_id));
  const ids = [...daysByRun.keys(), ...new Set(chunks.map(({ run_id }) => String(run_id)))];
  const runs = (await runsOfWarehouse(books).whereIn('run_id', ids)).map(toStoredRun);
  const byId = new Map(runs.map((run) => [run.runId, run]));
  const found = ids.flatMap((id) => {
    const run = byId.get(id);
    return run && run.river.target.table === table ? [run] : [];
  });
  return (days.length > 0 ? found : found.slice(0, 1)).map(({ runId, river: { columns }, salts }) => ({
    columns,
    salts,
    days: (daysByRun.get(runId) ?? []).map(({ day }) => String(day)),
  }));
}

interface RiverTable {
  readonly river: string;
  readonly table: string;
}

/** Marks days that a person has taken out of the target: tracking leaves them out, and they are no gaps. */
export async function insertForgotten(
  books: Books,
  { river, table }: RiverTable,
  days: DateRange,
  at: string,
): Promise<void> {
  let rows: Row[] = [];
  const insert = async () => {
    await books.from('river_forgotten_days').insert(rows).onConflict(['river', 'target', 'day']).ignore();
    rows = [];
  };
  for (const day of eachDay(days)) {
    rows.push({ river, target: toTargetOfDays(books, table), day, forgotten_at: at });
    if (rows.length === rowsAtATime) await insert();
  }
  if (rows.length > 0) await insert();
}

const forgottenDays = (books: Books, { river, table }: RiverTable) =>
  whereTarget(books.from('river_forgotten_days').where({ river }), books, table);

/** Days that are loaded again are no longer forgotten. */
export async function deleteForgotten(
  books: Books,
  { river, table }: RiverTable,
  { start, end }: DateRange,
): Promise<void> {
  await forgottenDays(books, { river, table }).whereBetween('day', [start, end]).delete();
}

/** The days of a river that are forgotten, in order. */
export async function readForgottenDays(books: Books, river: string, table: string): Promise<Day[]> {
  const rows = await forgottenDays(books, { river, table }).orderBy('day').select('day');
  return rows.map(({ day }) => String(day));
}
