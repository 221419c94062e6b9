/**
 * `river_days`: which run has loaded a day of a river into a table, and how many rows; written by the commit of its chunk, and gone
 * with the rows. `river_forgotten_days`: days that a person has taken out of the table. Tracking and `verify` read both.
 */

import { ConfigurationError } from '#domain/errors';
import { type DateRange, type Day, eachDay } from '#domain/period/date-range';
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

/** A table that is gone has no days loaded, whichever rivers had filled it. */
export async function deleteDaysOfTable(tables: Tables, table: string): Promise<void> {
  await whereTarget(tables.from('river_days'), tables, table).delete();
}

/** The river, its table, and the run and chunk that load the days. */
interface DaysOfChunk {
  readonly river: string;
  readonly table: string;
  readonly runId: string;
  readonly chunk: string;
}

export async function insertDays(
  tables: Tables,
  { river, table, runId, chunk }: DaysOfChunk,
  days: ReadonlyMap<Day, number>,
  loadedAt: string,
  completeUpTo: Day | null = null,
): Promise<void> {
  const rows = [...days].map(([day, count]) => ({
    river,
    target: table,
    run_id: runId,
    chunk,
    day,
    rows: count,
    provisional: completeUpTo !== null && day > completeUpTo,
    loaded_at: loadedAt,
  }));
  for (let from = 0; from < rows.length; from += rowsAtATime) {
    await tables.from('river_days').insert(rows.slice(from, from + rowsAtATime));
  }
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
