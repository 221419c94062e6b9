import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RowsInScope } from '../commit/rows-in-scope.ts';
import type { Row, Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';
import { rowsInScope } from '../tables.ts';
import { rowIdentity } from './row-identity.ts';

const rowsAtATime = 10_000;

/** Some rows at a time, so that the event loop has its turns. */
export async function removeRows(tables: Tables, rows: RowsInScope): Promise<number> {
  const identity = await identityIn(tables, rows.table);
  for (let removed = 0; ; ) {
    const some = rowsInScope(tables, rows).select(identity).limit(rowsAtATime);
    const count: number = await tables.from(rows.table).whereIn(identity, some).delete();
    removed += count;
    await nextTurn();
    if (count < rowsAtATime) return removed;
  }
}

/** What tells a table's rows apart: their primary key in a table WITHOUT ROWID, where it is never null. */
async function identityIn(tables: Tables, table: string): Promise<string[]> {
  const key: Row[] = await tables.query.raw(
    `select name from pragma_table_xinfo(?) where pk > 0
     and (select wr from pragma_table_list(?) where schema = 'main') order by pk`,
    [table, table],
  );
  return key.length === 0 ? [rowIdentity] : key.map(({ name }) => named(String(name)));
}
