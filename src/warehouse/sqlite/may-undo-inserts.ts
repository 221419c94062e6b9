import type { Row, Tables } from '../dialect.ts';

/**
 * A trigger may delete what was inserted, and a constraint may put one row in the place of another. What they skip is seen
 * without this: the driver does not count it.
 */
export async function mayUndoInserts(tables: Tables, table: string): Promise<boolean> {
  const found: Row[] = await tables.query.raw(
    `select type, sql from sqlite_schema where type in ('table', 'trigger') and tbl_name = ? collate nocase`,
    [table],
  );
  return found.some(({ type, sql }) => type === 'trigger' || /on\s+conflict\s+replace/i.test(String(sql)));
}
