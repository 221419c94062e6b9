import { setImmediate as nextTurn } from 'node:timers/promises';
import { provenanceColumns } from '#domain/column/column';
import { type Day, daysOf } from '#domain/period/date-range';
import type { RowsByDay } from '#domain/run/replaced-rows';
import type { RowsInScope } from '../commit/rows-in-scope.ts';
import type { Row, Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';
import { dayOrNull, rowsInScope } from '../tables.ts';
import { stagingOf } from './staging-table.ts';

/** Where no index answers, each statement looks through the whole table. */
const daysWithoutIndex = 31;

/** What these slices of a chunk have staged, by the days of their pages. */
export async function stagedRows(
  tables: Tables,
  runId: string,
  chunk: string,
  slices: readonly string[],
): Promise<RowsByDay> {
  const rows: Row[] = await tables
    .from(stagingOf(runId))
    .where({ chunk })
    .whereIn('slice', [...slices])
    .groupBy('day')
    .select('day')
    .sum({ rows: 'row_count' });
  return new Map(rows.map(({ day, rows: count }) => [dayOrNull(day), Number(count)]));
}

/**
 * A river's rows that stand in its target, by day; all of them under null where they have none. Asked of the table
 * itself: in SQLite a day at a time where an index on river and day answers, so that the event loop has its turns.
 */
export async function standingRows(tables: Tables, scope: RowsInScope): Promise<RowsByDay> {
  const { days } = scope;
  if (days === null) {
    const [counted] = await rowsInScope(tables, scope).count({ rows: '*' });
    return new Map([[null, Number(counted?.rows ?? 0)]]);
  }
  const standing = new Map<Day | null, number>();
  const all = [...daysOf(days)];
  const day = named(days.column);
  const daysAtATime = await daysOfStatement(tables, scope.table, days.column, all.length);
  for (let at = 0; at < all.length; at += daysAtATime) {
    const [start = days.start, end = days.end] = [all[at], all[at + daysAtATime - 1]];
    const rows: Row[] = await rowsInScope(tables, { ...scope, days: { ...days, start, end } })
      .groupBy(day)
      .select({ day })
      .count({ rows: '*' });
    for (const row of rows) {
      const of = String(row.day).slice(0, 10);
      standing.set(of, (standing.get(of) ?? 0) + Number(row.rows));
    }
    await nextTurn();
  }
  return standing;
}

async function daysOfStatement(
  tables: Tables,
  table: string,
  dayColumn: string,
  all: number,
): Promise<number> {
  const { dialect } = tables;
  if (dialect.client === 'pg') return all;
  return (await dialect.hasIndexOn(tables, table, [provenanceColumns[0], dayColumn])) ? 1 : daysWithoutIndex;
}
