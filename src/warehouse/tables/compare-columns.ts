import { SchemaConflictError } from '../../domain/errors.ts';
import { sameName } from '../column-name.ts';
import type { Dialect } from '../dialect.ts';
import { type StagedType, widenStaged } from './staged-type.ts';
import type { TableColumn } from './table-column.ts';
import type { WantedColumn } from './wanted-columns.ts';

/** What a table lacks. */
export interface Differences {
  readonly missing: readonly WantedColumn[];
  /** Columns that do not hold what is wanted of them, and what they would have to be. */
  readonly wider: readonly { readonly column: TableColumn; readonly type: StagedType }[];
}

/** Finds a table's columns by name. */
export function columnFinder(
  dialect: Pick<Dialect, 'foldsCase'>,
  columns: readonly TableColumn[],
): (name: string) => TableColumn | undefined {
  const byName = new Map(columns.map((column) => [sameName(dialect, column.name), column]));
  return (name) => byName.get(sameName(dialect, name));
}

export function compareColumns(
  dialect: Pick<Dialect, 'foldsCase'>,
  table: string,
  columns: readonly TableColumn[],
  wanted: Iterable<WantedColumn>,
): Differences {
  const find = columnFinder(dialect, columns);
  const missing: WantedColumn[] = [];
  const wider: { column: TableColumn; type: StagedType }[] = [];
  for (const want of wanted) {
    const column = find(want.name);
    if (!column) missing.push(want);
    else if (!column.holds.includes(want.type)) {
      if (column.type === undefined) throw unusable(table, column, want);
      wider.push({ column, type: widenStaged(column.type, want.type) });
    }
  }
  return { missing, wider };
}

function unusable(table: string, column: TableColumn, want: WantedColumn): SchemaConflictError {
  return new SchemaConflictError(
    `${table}.${column.name} is ${column.declared}, which River does not fill; it needs a column for ${want.type}. ` +
      `Change the column, or give the river another table.`,
    { facts: { table, column: column.name, declared: column.declared, wanted: want.type } },
  );
}
