import type { TableColumn } from '#domain/column/table-type';
import { sameName } from '../column-name.ts';
import type { Dialect } from '../dialect.ts';

/** Finds a table's columns by name, as the database compares names. */
export function columnFinder(
  dialect: Pick<Dialect, 'foldsCase'>,
  columns: readonly TableColumn[],
): (name: string) => TableColumn | undefined {
  const byName = new Map(columns.map((column) => [sameName(dialect, column.name), column]));
  return (name) => byName.get(sameName(dialect, name));
}
