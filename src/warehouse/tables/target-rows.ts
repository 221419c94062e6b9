import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Scope } from '#domain/call/scope';
import { provenanceColumns } from '#domain/column/column';
import { SchemaConflictError } from '#domain/errors';
import { addDays, type Day, eachDay } from '#domain/period/date-range';
import type { RowsByDay } from '#domain/run/replaced-rows';
import type { KeptRows, Row, RowsInScope, Tables, Targets } from '../dialect.ts';
import { identifier } from '../identifiers.ts';

/** A river's rows: all of them, or those of some days. */
export function selectRows(
  tables: Pick<Tables, 'from'>,
  { table, river, days }: RowsInScope,
): Knex.QueryBuilder<Row, Row[]> {
  const of = tables.from(table);
  const rows = river === null ? of.whereNull('_river') : of.where('_river', river);
  return days === null ? rows : selectDays(rows, days);
}

/** All rows but a river's of some days. */
export function selectAllRows(
  tables: Pick<Tables, 'from' | 'query'>,
  table: string,
  kept: KeptRows | null,
): Knex.QueryBuilder<Row, Row[]> {
  const rows = tables.from(table);
  if (!kept || kept.ranges.length === 0) return rows;
  const days = kept.ranges.map(() => '?? >= ? and ?? < ?').join(' or ');
  return rows.whereRaw(`coalesce(not (_river = ? and (${days})), true)`, [
    kept.river,
    ...kept.ranges.flatMap(({ start, end }) => [
      identifier(kept.column),
      start,
      identifier(kept.column),
      addDays(end, 1),
    ]),
  ]);
}

/** Of these rows those of some days. The last one is whole: a column may hold a time as well, as another connector has put it. */
export const selectDays = (
  rows: Knex.QueryBuilder<Row, Row[]>,
  { column, start, end }: Scope,
): Knex.QueryBuilder<Row, Row[]> =>
  rows.where(identifier(column), '>=', start).where(identifier(column), '<', addDays(end, 1));

/** A day as a database gives it, with or without a time. */
export const dayText = (value: unknown): Day | null =>
  value === null || value === undefined ? null : String(value).slice(0, 'YYYY-MM-DD'.length);

/** Where no index answers, each statement looks through the whole table. */
const daysWithoutIndex = 31;

/**
 * A river's rows that stand in its target, by day; all of them under null where they have none. Asked of the table
 * itself: in SQLite a day at a time where an index on river and day answers, so that the event loop has its turns.
 */
export async function countRowsByDay(tables: Targets, scope: RowsInScope): Promise<RowsByDay> {
  const { days } = scope;
  if (days === null) {
    const [counted] = await selectRows(tables, scope).count({ rows: '*' });
    return new Map([[null, Number(counted?.rows ?? 0)]]);
  }
  const standing = new Map<Day | null, number>();
  const all = [...eachDay(days)];
  const day = identifier(days.column);
  const daysAtATime = await readDaysAtATime(tables, scope.table, days.column, all.length);
  for (let at = 0; at < all.length; at += daysAtATime) {
    const [start = days.start, end = days.end] = [all[at], all[at + daysAtATime - 1]];
    const rows: Row[] = await selectRows(tables, { ...scope, days: { ...days, start, end } })
      .groupBy(day)
      .select({ day })
      .count({ rows: '*' });
    for (const row of rows) {
      const of = dayText(row.day);
      standing.set(of, (standing.get(of) ?? 0) + Number(row.rows));
    }
    await nextTurn();
  }
  return standing;
}

async function readDaysAtATime(
  tables: Targets,
  table: string,
  dayColumn: string,
  all: number,
): Promise<number> {
  if (tables.dialect.client !== 'better-sqlite3') return all;
  return (await hasIndexOfDays(tables, table, dayColumn)) ? 1 : daysWithoutIndex;
}

/** Whether an index finds a river's rows of a day: led by the day, as River makes it, or by the river. */
export async function hasIndexOfDays(tables: Targets, table: string, dayColumn: string): Promise<boolean> {
  const { dialect } = tables;
  return (
    (await dialect.hasIndexOn(tables, table, [dayColumn])) ||
    (await dialect.hasIndexOn(tables, table, [provenanceColumns[0], dayColumn]))
  );
}

/**
 * Deletes a river's rows and says how many. Throws where the table keeps some of them: they would stand there twice once the new
 * ones are inserted. `expected`: how many there are, where that is known.
 */
export async function deleteRows(tables: Targets, scope: RowsInScope, expected?: number): Promise<number> {
  const deleted = await tables.dialect.removeRows(tables, scope, expected);
  if (deleted === expected || tables.dialect.ensureRows) return deleted;
  const [counted] = await selectRows(tables, scope).count({ rows: '*' });
  const kept = Number(counted?.rows ?? 0);
  if (kept === 0) return deleted;
  throw keepsDeleted(scope.table, kept);
}

export const keepsDeleted = (table: string, kept: number): SchemaConflictError =>
  new SchemaConflictError(
    `The table ${table} keeps ${kept} ${kept === 1 ? 'row' : 'rows'} that River deletes: a trigger, a rule or a row policy of it prevents that. ` +
      'Remove it, or give the river another table.',
    { facts: { table, kept } },
  );

/** All rows of the table, whichever river has loaded them. */
export async function countRows(tables: Targets, table: string): Promise<number> {
  const [counted] = await tables.from(table).count({ rows: '*' });
  return Number(counted?.rows ?? 0);
}

/** A few rows of a table, as they come. */
export const readFirstRows = async (tables: Targets, table: string, limit: number): Promise<Row[]> =>
  tables.from(table).limit(limit);

/** The session that holds a lock for which another session of River's waits that changes the table; undefined where none does. */
export const findLockHolder = async (tables: Targets, table: string): Promise<string | undefined> =>
  tables.dialect.findLockHolder?.(tables, table);
