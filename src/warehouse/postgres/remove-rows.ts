import type { RowsInScope } from '../commit/rows-in-scope.ts';
import type { Tables } from '../dialect.ts';
import { rowsInScope } from '../tables.ts';

export async function removeRows(tables: Tables, rows: RowsInScope): Promise<number> {
  return rowsInScope(tables, rows).delete();
}
