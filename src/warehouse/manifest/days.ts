/**
 * `river_days`: which run has loaded a day of a river into a table, and how many rows; written by the commit of its chunk, and gone
 * with the rows. `river_forgotten_days`: days that a person has taken out of the table. Tracking and `verify` read both.
 */

import { ConfigurationError } from '#domain/errors';
import { type DateRange, type Day, eachDay } from '#domain/period/date-range';
import type { LoadedWith } from '#domain/run/column-changes';
import type { LoadedDays } from '#domain/run/loaded-days';
import type { RowsOfRun } from '#domain/verify/verification';
import type { Database } from '../database.ts';
import type { Row, Tables } from '../dialect.ts';
import { declaredFinder } from '../tables/declared-columns.ts';
import { deleteRows } from '../tables/target-rows.ts';
import { toStoredRun } from './run-row.ts';
import { lockTarget, readColumnRecords, whereTarget } from './targets.ts';

/** SQLite takes no longer statement than 500 rows. */
const rowsAtATime = 400;

/** Whose days, and which of them; all where there are no bounds. */
interface DaysOfRiver {
  readonly river: string;
  readonly table: string;
  readonly between: DateRange | null;
}

export async function deleteDays(tables: Tables, days: DaysOfRiver): Promise<void> {
  await daysIn(tables, days).delete();
}

/** A table that is gone, or overwritten, has no days loaded, whichever rivers had filled it; but for days of a river that are kept. */
export async function deleteDaysOfTable(
  tables: Tables,
  table: string,
  kept: { readonly river: string; readonly days: readonly Day[] } = { river: '', days: [] },
): Promise<void> {
  const days = whereTarget(tables.from('river_days'), tables, table);
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
  tables: Tables,
  { chunk, ...of }: DaysOfRun & { readonly chunk: string },
  days: ReadonlyMap<Day, number>,
  loadedAt: string,
  completeUpTo?: Day | null,
): Promise<void> => {
  const ofChunk = [...days].map(([day, rows]) => [day, { chunk, rows }] as const);
  return insertDaysOfChunks(tables, of, new Map(ofChunk), loadedAt, completeUpTo);
};

export async function insertDaysOfChunks(
  tables: Tables,
  { river, table, runId }: DaysOfRun,
  days: ReadonlyMap<Day, { readonly chunk: string; readonly rows: number }>,
  loadedAt: string,
  completeUpTo: Day | null = null,
): Promise<void> {
  const rows = [...days].map(([day, of]) => ({
    river,
    target: table,
    run_id: runId,
    day,
    ...of,
    provisional: completeUpTo !== null && day > completeUpTo,
    loaded_at: loadedAt,
  }));
  for (let from = 0; from < rows.length; from += rowsAtATime) {
    await tables.from('river_days').insert(rows.slice(from, from + rowsAtATime));
  }
}

/** Days whose rows another load has updated: so many fewer of the run that loaded them stand there. */
export async function subtractDays(
  tables: Tables,
  { river, table }: { readonly river: string; readonly table: string },
  gone: readonly RowsOfRun[],
): Promise<void> {
  for (const { day, run, rows } of gone) {
    if (day === null) continue;
    await whereTarget(tables.from('river_days').where({ river, day, run_id: run }), tables, table).update({
      rows: tables.query.raw('?? - ?', ['rows', rows]),
    });
  }
}

/** Of these days the entries of other runs of which no row stands there any more. */
export async function deleteEmptyDays(tables: Tables, days: DaysOfRiver, ownRun: string): Promise<void> {
  await daysIn(tables, days).where('rows', '<=', 0).whereNot({ run_id: ownRun }).delete();
}

function daysIn(tables: Tables, { river, table, between }: DaysOfRiver) {
  const days = whereTarget(tables.from('river_days').where({ river }), tables, table);
  return between === null ? days : days.whereBetween('day', [between.start, between.end]);
}

/** What the manifest has of a river in a table, day by day, the oldest load first. */
export async function readLoadedRows(tables: Tables, river: string, table: string): Promise<RowsOfRun[]> {
  const rows = await daysIn(tables, { river, table, between: null })
    .orderBy(['loaded_at', 'run_id', 'day'])
    .select('day', 'run_id', 'rows');
  return rows.map((row) => ({ day: String(row.day), run: String(row.run_id), rows: Number(row.rows) }));
}

const nothing: LoadedDays = { days: [], runs: new Map(), forgotten: [] };

/**
 * Which days of a river stand in its table and by which runs, and which are forgotten. None stands where the table is
 * gone, or the manifest is: this only reads, so it looks for both.
 */
export async function readLoadedDays(tables: Tables, river: string, table: string): Promise<LoadedDays> {
  const { dialect } = tables;
  if (!(await dialect.hasTable(tables, 'river_days'))) return nothing;
  const forgotten = await readForgottenDays(tables, river, table);
  if (!(await dialect.hasTable(tables, table))) return { ...nothing, forgotten };
  const ofRiver = () => daysIn(tables, { river, table, between: null });
  const days = await ofRiver().select('day', 'run_id', 'provisional');
  const runs = await tables.from('river_runs').whereIn('run_id', ofRiver().select('run_id'));
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
export async function readLoadedWith(tables: Tables, river: string, table: string): Promise<LoadedWith[]> {
  const { dialect } = tables;
  for (const needed of ['river_days', table]) if (!(await dialect.hasTable(tables, needed))) return [];
  const days = await tables.from('river_days').where({ river, target: table }).select('run_id', 'day');
  const chunks: Row[] =
    days.length > 0
      ? []
      : await tables
          .from('river_chunks')
          .where({ river, state: 'loaded' })
          .orderBy('loaded_at', 'desc')
          .limit(chunksLookedAt)
          .select('run_id');
  const daysByRun = Map.groupBy(days, ({ run_id }) => String(run_id));
  const ids = [...daysByRun.keys(), ...new Set(chunks.map(({ run_id }) => String(run_id)))];
  const runs = (await tables.from('river_runs').whereIn('run_id', ids)).map(toStoredRun);
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

/** Days of a river, and where its rows bear them. */
export interface DaysToForget {
  readonly river: string;
  readonly table: string;
  readonly dayColumn: string;
  readonly days: DateRange;
}

/**
 * Deletes a river's rows of these days from its target and marks the days forgotten, in one transaction that begins with
 * the lock of every commit: a chunk is loaded before it, and then goes, or after it, and then is there. Says how many rows.
 */
export async function deleteLoadedDays(
  database: Database,
  { river, table, dayColumn, days }: DaysToForget,
): Promise<number> {
  return database.transact(async (tables) => {
    await lockTarget(tables, table);
    const columns = await tables.dialect.readColumns(tables, table);
    if (!columns) {
      throw new ConfigurationError(
        `The river ${river} has no rows to forget: there is no table ${table} in the ${database.place}.`,
        { facts: { river, table } },
      );
    }
    const find = declaredFinder(tables.dialect, {
      columns,
      records: await readColumnRecords(tables, table),
    });
    const lacking = ['_river', dayColumn].filter((name) => !find(name));
    if (lacking.length > 0) {
      throw new ConfigurationError(
        `The days of ${river} cannot be told apart in the table ${table} of the ${database.place}: it has no column ${lacking.join(', ')}.`,
        { facts: { river, table, lacking } },
      );
    }
    const column = find(dayColumn)?.name ?? dayColumn;
    const rows = await deleteRows(tables, { table, river, days: { column, ...days } });
    await deleteDays(tables, { river, table, between: days });
    await insertForgotten(tables, { river, table }, days, new Date().toISOString());
    return rows;
  });
}

interface RiverTable {
  readonly river: string;
  readonly table: string;
}

/** Marks days that a person has taken out of the target: tracking leaves them out, and they are no gaps. */
async function insertForgotten(
  tables: Tables,
  { river, table }: RiverTable,
  days: DateRange,
  at: string,
): Promise<void> {
  let rows: Row[] = [];
  const insert = async () => {
    await tables.from('river_forgotten_days').insert(rows).onConflict(['river', 'target', 'day']).ignore();
    rows = [];
  };
  for (const day of eachDay(days)) {
    rows.push({ river, target: table, day, forgotten_at: at });
    if (rows.length === rowsAtATime) await insert();
  }
  if (rows.length > 0) await insert();
}

const forgottenDays = (tables: Tables, { river, table }: RiverTable) =>
  whereTarget(tables.from('river_forgotten_days').where({ river }), tables, table);

/** Days that are loaded again are no longer forgotten. */
export async function deleteForgotten(
  tables: Tables,
  { river, table }: RiverTable,
  { start, end }: DateRange,
): Promise<void> {
  await forgottenDays(tables, { river, table }).whereBetween('day', [start, end]).delete();
}

/** The days of a river that are forgotten, in order. */
export async function readForgottenDays(tables: Tables, river: string, table: string): Promise<Day[]> {
  const rows = await forgottenDays(tables, { river, table }).orderBy('day').select('day');
  return rows.map(({ day }) => String(day));
}
