import type { Row, Tables, Undoing } from '../dialect.ts';

/**
 * A trigger may delete what was inserted, and a constraint may put one row in the place of another. What they skip is seen
 * without this: the driver does not count it.
 */
export async function mayUndoInserts(tables: Tables, table: string): Promise<Undoing | undefined> {
  const found: Row[] = await tables.query.raw(
    `select type, sql from sqlite_schema where type in ('table', 'trigger') and tbl_name = ? collate nocase`,
    [table],
  );
  if (found.some(({ type, sql }) => type === 'table' && /on\s+conflict\s+replace/i.test(String(sql))))
    return 'rows of others';
  return found.some(({ type }) => type === 'trigger') ? 'its own rows' : undefined;
}
