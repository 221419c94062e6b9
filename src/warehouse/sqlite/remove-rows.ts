import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RowsInScope } from '../commit/rows-in-scope.ts';
import type { Tables } from '../dialect.ts';
import { rowsInScope } from '../tables.ts';
import { rowIdentity } from './row-identity.ts';

const rowsAtATime = 10_000;

/** Some rows at a time, so that the event loop has its turns. */
export async function removeRows(tables: Tables, rows: RowsInScope): Promise<number> {
  for (let removed = 0; ; ) {
    const some = rowsInScope(tables, rows).select(rowIdentity).limit(rowsAtATime);
    const count: number = await tables.from(rows.table).whereIn(rowIdentity, some).delete();
    removed += count;
    await nextTurn();
    if (count < rowsAtATime) return removed;
  }
}
