import type { Tables } from '../dialect.ts';
import { rowsOf } from './rows-of.ts';

/** A target that somebody else has made is read, filled and emptied; what belongs to River is updated as well. */
export async function lackingRights(tables: Tables, targets: readonly string[]): Promise<string[]> {
  const found = await tables.query.raw(
    `select c.relname as name, needed.privilege
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join (values (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE'), (4, 'DELETE')) needed (place, privilege)
     where c.relkind in ('r', 'p') and n.nspname = coalesce(?::text, current_schema()::text)
       and (starts_with(c.relname, 'river_') or (c.relname = any (?::text[]) and needed.privilege <> 'UPDATE'))
       and not has_table_privilege(c.oid, needed.privilege)
     order by c.relname, needed.place`,
    [tables.schemaName ?? null, [...targets]],
  );
  return rowsOf(found).map(({ name, privilege }) => `${privilege} on ${name}`);
}
