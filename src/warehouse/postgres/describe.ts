import { ConfigurationError } from '#domain/errors';
import type { Tables } from '../dialect.ts';
import { rowsOf } from './rows-of.ts';

/** The server's version; throws where River may not make its tables there. */
export async function describe(tables: Tables): Promise<string> {
  const [found] = rowsOf(
    await tables.query.raw(
      `select current_setting('server_version') as version, current_user as account,
         wanted.schema as schema, namespace.oid is not null as there,
         case when namespace.oid is null then has_database_privilege(current_database(), 'CREATE')
              else has_schema_privilege(namespace.oid, 'CREATE') end as may
       from (select coalesce(?::text, current_schema()::text) as schema) wanted
       left join pg_namespace namespace on namespace.nspname = wanted.schema`,
      [tables.schemaName ?? null],
    ),
  );
  if (!found?.may) {
    throw new ConfigurationError(
      found?.there
        ? `${found.account} may not create tables in the schema ${found.schema}: grant it create on that schema.`
        : `The schema ${found?.schema ?? '(none in the search path)'} is not there and ${found?.account} may not create it.`,
    );
  }
  return `PostgreSQL ${String(found.version).split(' ')[0]}, schema ${found.schema}`;
}
