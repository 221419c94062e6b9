import type { Tables, Undoing } from '../dialect.ts';
import { rowsOf } from './rows-of.ts';

/** Triggers that are nobody's foreign key, and rules. */
export async function mayUndoInserts(tables: Tables, table: string): Promise<Undoing | undefined> {
  const found = await tables.query.raw(
    `select 1 from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?
       and (exists (select 1 from pg_rewrite r where r.ev_class = c.oid)
         or exists (select 1 from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal))`,
    [tables.schemaName ?? null, table],
  );
  return rowsOf(found).length > 0 ? 'its own rows' : undefined;
}
