/**
 * Rows in a target that no river has loaded: they have no `_river`, because another connector or a person put them there. No
 * load mode but `overwrite` would remove them, so a run would leave every day there twice. `river adopt` makes them a river's.
 */

import type { Knex } from 'knex';
import type { TableShape } from '#domain/column/river-table';
import type { TableColumn } from '#domain/column/table-type';
import { ConfigurationError } from '#domain/errors';
import { type DateRange, encloseRanges, isDay } from '#domain/period/date-range';
import type { River } from '#domain/river/river';
import type { LoadMode } from '#domain/river/target';
import { adoptCommand } from '#domain/verify/repair-command';
import { columnFinder } from '../column-name.ts';
import type { Both, Row, Targets } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { isMadeByRiver } from '../manifest/targets.ts';
import { declaredFinder, type TableState } from './declared-columns.ts';
import { countRowsByDay, dayText, selectRows } from './target-rows.ts';

/** A table that is there, and who is to fill it. */
export interface ForeignRowsQuestion {
  readonly river: Pick<River, 'name' | 'target'>;
  readonly columns: readonly TableColumn[];
  /** The column with the day, as the table has it; undefined for a report without one, or where the table lacks it. */
  readonly dayColumn: TableColumn | undefined;
  /** Whether the report's rows have a day. */
  readonly haveDays: boolean;
  /** What is about to be loaded; empty where that is not known yet. */
  readonly days: readonly DateRange[];
}

/**
 * Throws where the table holds rows of something else: in the days that are to be loaded, or anywhere while the river has no
 * rows in it. A table that River has made is not looked through: it was empty then.
 */
export async function refuseForeignRows(
  { books, target: tables }: Both,
  question: ForeignRowsQuestion,
): Promise<void> {
  const { river, columns, dayColumn, haveDays } = question;
  const { table, load } = river.target;
  // One without the column is no longer the table that River made.
  const isMade = findRiver(tables, columns) !== undefined && (await isMadeByRiver(books, table));
  if (load === 'overwrite' || isMade) return;
  if (!(await hasAny(selectForeignRows(tables, table, columns)))) return;
  const isItsOwnToo =
    findRiver(tables, columns) !== undefined &&
    (await hasAny(selectRows(tables, { table, river: river.name, days: null })));
  if (isItsOwnToo && dayColumn && !(await hasForeignDays(tables, question, dayColumn))) return;
  throw await foreignRows(selectForeignRows(tables, table, columns), river, dayColumn, haveDays);
}

async function hasForeignDays(
  tables: Targets,
  { river: { target }, days }: ForeignRowsQuestion,
  { name: column }: TableColumn,
): Promise<boolean> {
  const range = encloseRanges(days);
  if (range === null) return false;
  const foreign = await countRowsByDay(tables, {
    table: target.table,
    river: null,
    days: { column, ...range },
  });
  return [...foreign.keys()].some((day) =>
    days.some(({ start, end }) => day !== null && start <= day && day <= end),
  );
}

/**
 * Throws where rows of the river itself would not be found again, since the table lacks a column by which `replace` or `merge` finds
 * them: the river has renamed it.
 */
export async function refuseLostRows(
  tables: Targets,
  river: Pick<River, 'name' | 'target'>,
  state: TableState,
  shape: TableShape,
): Promise<void> {
  const { table, load } = river.target;
  const find = declaredFinder(tables.dialect, state);
  const column = findingColumns(load, shape).find((name) => find(name) === undefined);
  if (column === undefined || !findRiver(tables, state.columns)) return;
  if (!(await hasAny(selectRows(tables, { table, river: river.name, days: null })))) return;
  const [bears, lost] =
    load === 'merge'
      ? ['a part of their key', 'would not be merged with the new ones']
      : ['their days', 'would not be replaced'];
  throw new ConfigurationError(
    `The table ${table} has rows of ${river.name}, and no column ${column} with ${bears}: they ${lost}, and stand there twice. ` +
      `Rename the column in the table (\`alter table … rename column … to ${column}\`), or give the river another table.`,
    { facts: { river: river.name, table, column } },
  );
}

function findingColumns(load: LoadMode, { replacedBy, dayColumn, mergeKey }: TableShape): readonly string[] {
  if (load === 'merge') return mergeKey ?? [];
  const column = replacedBy ?? dayColumn;
  return load === 'replace' && column !== null ? [column] : [];
}

/** All that no river has loaded; whole, where the table does not know rivers yet. */
export function selectForeignRows(
  tables: Targets,
  table: string,
  columns: readonly TableColumn[],
): Knex.QueryBuilder<Row, Row[]> {
  const rows = tables.from(table);
  return findRiver(tables, columns) ? rows.whereNull('_river') : rows;
}

const findRiver = ({ dialect }: Targets, columns: readonly TableColumn[]): TableColumn | undefined =>
  columnFinder(dialect, columns)('_river');

async function hasAny(rows: Knex.QueryBuilder<Row, Row[]>): Promise<boolean> {
  return (await rows.limit(1).select({ one: rows.client.raw('1') })).length > 0;
}

async function foreignRows(
  rows: Knex.QueryBuilder<Row, Row[]>,
  { name, target }: Pick<River, 'name' | 'target'>,
  dayColumn: TableColumn | undefined,
  haveDays: boolean,
): Promise<ConfigurationError> {
  const counted = rows.count({ rows: '*' });
  if (dayColumn) counted.min({ first: identifier(dayColumn.name) }).max({ last: identifier(dayColumn.name) });
  const [found]: Row[] = await counted;
  const [first, last] = [dayText(found?.first), dayText(found?.last)];
  const count = Number(found?.rows ?? 0);
  // SQLite keeps anything in a column of days.
  const days =
    first !== null && last !== null && isDay(first) && isDay(last) ? { start: first, end: last } : null;
  const asked = days ?? (haveDays ? { start: 'YYYY-MM-DD', end: 'YYYY-MM-DD' } : null);
  return new ConfigurationError(
    `The table ${target.table} has ${count} ${count === 1 ? 'row' : 'rows'} that no river has loaded` +
      `${days ? `, from ${days.start} to ${days.end}` : ''}: ${name} would not replace them, and its days would be there twice. ` +
      `Make them rows of ${name} with \`${adoptCommand(name, asked)}\`, or delete them, or give the river another table.`,
    { facts: { river: name, table: target.table, rows: count } },
  );
}
