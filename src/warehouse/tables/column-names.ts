import type { TableShape } from '#domain/column/river-table';
import { columnNameIn } from '../column-name.ts';
import type { Both } from '../dialect.ts';
import { declaredFinder } from './declared-columns.ts';
import { readTableOfOthers } from './table-of-others.ts';

/**
 * What a river's columns are called in its table, by their own names: a table that something else has made may spell them otherwise, and no
 * database has names of any length. Where the table is not there, as River would make it.
 */
export async function readColumnNames(
  both: Both,
  table: string,
  shape: TableShape,
): Promise<ReadonlyMap<string, string>> {
  const { dialect } = both.target;
  const state = (await readTableOfOthers(both, table, shape)) ?? { columns: [], records: [] };
  const find = declaredFinder(dialect, state);
  return new Map(
    shape.columns.map(({ name }) => [name, find(name)?.name ?? columnNameIn(dialect, name)] as const),
  );
}
