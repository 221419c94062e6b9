import type { TableShape } from '#domain/column/river-table';
import type { TableColumn } from '#domain/column/table-type';
import type { DateRange } from '#domain/period/date-range';
import type { River } from '#domain/river/river';
import { columnFinder } from '../column-name.ts';
import type { Both } from '../dialect.ts';
import type { TableState } from './declared-columns.ts';
import { refuseForeignRows, refuseLostRows } from './foreign-rows.ts';
import type { NewColumn } from './plan-layout.ts';
import { refuseShortRiver, refuseUnfilled } from './refuse-column.ts';
import { findDayColumn, findLacking, listFilled } from './table-of-others.ts';

/** What is to be made ready, and for whom. */
export interface TableToFill {
  readonly river: Pick<River, 'name' | 'target'>;
  readonly shape: TableShape;
  /** What is about to be loaded; empty where that is not known yet. */
  readonly days: readonly DateRange[];
  /** Rows that no river has loaded are welcome: they are about to become the river's. */
  readonly adopts?: boolean;
}

/** A table that River can fill. */
export interface FillableTable {
  /** The columns that it gets. */
  readonly lacking: readonly NewColumn[];
  /** Those to which every row gives a value, by the table's names. */
  readonly filled: readonly string[];
  readonly dayColumn: TableColumn | undefined;
}

/** Throws, before anything is called, where a table that is there cannot take what the river brings. */
export async function refuseTable(
  both: Both,
  { river, shape, days, adopts = false }: TableToFill,
  state: TableState,
): Promise<FillableTable> {
  const { target } = both;
  const { table, load } = river.target;
  // Rows are collected in a table beside it.
  if (load === 'merge') await target.dialect.refuseCreating(target);
  const filled = listFilled(target, table, state, shape);
  const dayColumn = findDayColumn(target, state, shape);
  // An adoption updates rows, as a merge does.
  for (const each of adopts ? [load, 'merge' as const] : [load])
    await target.dialect.refuseLoading?.(target, {
      ...{ table, load: each, river: river.name, filled, days },
      dayColumn: dayColumn?.name,
    });
  await refuseUnfilled(both, table, state.columns, filled);
  const lacking = findLacking(target, table, state, shape);
  refuseShortRiver(table, columnFinder(target.dialect, state.columns)('_river'), river.name);
  if (!adopts)
    await refuseForeignRows(both, {
      river,
      columns: state.columns,
      dayColumn,
      haveDays: shape.dayColumn !== null,
      days,
    });
  await refuseLostRows(target, river, state, shape);
  return { lacking, filled, dayColumn };
}
