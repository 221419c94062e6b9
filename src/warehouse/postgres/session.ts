/** What River asks of the server itself: who answers there, which rights it lacks, whose turn it is, how a transaction begins. */

import type { Knex } from 'knex';
import { escapeLiteral } from 'pg';
import { ConfigurationError } from '#domain/errors';
import type { LoadMode } from '#domain/river/target';
import type { ColumnBan, FilledTable, Tables } from '../dialect.ts';
import { identifier } from '../identifiers.ts';

/** A process that stands still for longer than this with a transaction open holds up others for nothing. */
const idleAtMost = '10min';

/**
 * What the manifest's reading relies on, and time: a role's limits are meant for people's queries, a commit takes as long as its
 * chunk. All of it for this transaction alone. Without a `select`, which would fix what the transaction sees.
 */
const settings = [
  `datestyle to 'ISO, YMD'`,
  `timezone to 'UTC'`,
  'standard_conforming_strings to on',
  'bytea_output to hex',
  'statement_timeout to 0',
  'lock_timeout to 0',
  `idle_in_transaction_session_timeout to '${idleAtMost}'`,
];

/** The first server that limits whole transactions. */
const limitsTransactions = 17;

/** What Knex begins a transaction with, which its types leave out. */
interface KnexClient {
  /** The server's, known as soon as there is a connection. */
  readonly version?: string;
  transaction(...parameters: unknown[]): KnexTransaction;
}

interface KnexTransaction {
  begin(connection: Connection): Promise<unknown>;
  /** Resolves with nothing where it fails: the transaction has been rejected with the failure then. */
  query(connection: Connection, sql: string): Promise<unknown>;
}

interface Connection {
  query(sql: string): Promise<unknown>;
}

/** Each transaction begins with one message that sets all of it as well: a message of its own costs a round trip each time. */
export function setAtBegin(knex: Knex, wanted = settings): Knex {
  const client = knex.client as KnexClient;
  const begin = (version = '') => {
    const isNew = Number.parseInt(version, 10) >= limitsTransactions;
    const all = isNew ? [...wanted, 'transaction_timeout to 0'] : wanted;
    return ['begin', ...all.map((setting) => `set local ${setting}`)].join('; ');
  };
  const createTransaction = client.transaction.bind(client);
  client.transaction = (...parameters) => {
    const transaction = createTransaction(...parameters);
    transaction.begin = async (connection) => {
      if (await transaction.query(connection, begin(client.version))) return;
      // The transaction has begun where only a setting was refused, and the connection goes back to the others.
      await connection.query('rollback').catch(() => {});
      throw new Error('The transaction did not begin.');
    };
    return transaction;
  };
  return knex;
}

/** From here on the transaction, which only reads, sees the tables as they are now. */
export async function freeze(tables: Tables): Promise<void> {
  await tables.query.raw('set transaction isolation level repeatable read, read only');
}

export async function limitLockWait(tables: Tables, ms: number): Promise<void> {
  await tables.query.raw(`set local lock_timeout = ${Math.round(ms)}`);
}

/** All in one message. A comment takes no parameters: its text goes in quotes, and what Knex would replace in it is escaped. */
export async function commentOn(
  tables: Tables,
  table: string,
  about: string | undefined,
  columns: ReadonlyMap<string, string>,
): Promise<void> {
  const toLiteral = (text: string) => escapeLiteral(text).replaceAll('?', '\\?');
  const statements = [
    ...(about === undefined
      ? []
      : [[`comment on table ?? is ${toLiteral(about)}`, [tables.qualify(table)]] as const]),
    ...[...columns].map(
      ([column, text]) =>
        [
          `comment on column ??.?? is ${toLiteral(text)}`,
          [tables.qualify(table), identifier(column)],
        ] as const,
    ),
  ];
  const all = statements.map(([sql]) => sql).join('; ');
  await tables.query.raw(
    all,
    statements.flatMap(([, names]) => names),
  );
}

/** The server's version; throws where River may not make its tables there. */
export async function describe(tables: Tables): Promise<string> {
  const [found] = await tables.rows(
    `select current_setting('server_version') as version, current_user as account,
         wanted.schema as schema, namespace.oid is not null as there,
         case when namespace.oid is null then has_database_privilege(current_database(), 'CREATE')
              else has_schema_privilege(namespace.oid, 'CREATE') end as may
       from (select coalesce(?::text, current_schema()::text) as schema) wanted
       left join pg_namespace namespace on namespace.nspname = wanted.schema`,
    [tables.schemaName ?? null],
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

/** What a load mode does with the rows of a target. */
const neededRights: Readonly<Record<LoadMode, readonly string[]>> = {
  append: ['SELECT', 'INSERT'],
  replace: ['SELECT', 'INSERT', 'DELETE'],
  overwrite: ['SELECT', 'INSERT', 'DELETE'],
  merge: ['SELECT', 'INSERT', 'UPDATE'],
};

/** All rights on River's own tables, and on a target that a person has made those that its load mode needs. */
export async function listLackingRights(tables: Tables, targets: readonly FilledTable[]): Promise<string[]> {
  const needs = targets.flatMap(({ table, load }) =>
    neededRights[load].map((right) => [table, right] as const),
  );
  const found = await tables.rows(
    `select c.relname as name, needed.privilege
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join (values (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE'), (4, 'DELETE')) needed (place, privilege)
     where c.relkind in ('r', 'p') and n.nspname = coalesce(?::text, current_schema()::text)
       and (starts_with(c.relname, 'river_')
         or (c.relname::text, needed.privilege) in (select * from unnest(?::text[], ?::text[])))
       and not has_table_privilege(c.oid, needed.privilege)
     order by c.relname, needed.place`,
    [tables.schemaName ?? null, needs.map(([table]) => table), needs.map(([, right]) => right)],
  );
  return found.map(({ name, privilege }) => `${privilege} on ${name}`);
}

/** Only its owner may alter a table, and a partition has the columns of its table. */
export async function findColumnBan(tables: Tables, table: string): Promise<ColumnBan | undefined> {
  const [found] = await tables.rows(
    `select pg_get_userbyid(c.relowner) as owner, pg_has_role(c.relowner, 'USAGE') as owned, parent.relname as parent
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
     left join pg_class parent on parent.oid = i.inhparent
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?`,
    [tables.schemaName ?? null, table],
  );
  if (!found) return undefined;
  if (found.parent !== null)
    return {
      why: `it is a partition of ${found.parent}, whose columns it has`,
      altered: String(found.parent),
    };
  if (found.owned) return undefined;
  return { why: `it belongs to ${found.owner}, and only the owner of a table may`, altered: table };
}

/** One at a time in this database; the lock goes with the transaction. */
export async function lockMigrations(tables: Tables): Promise<void> {
  const schema = tables.schemaName;
  await tables.query.raw(`select pg_advisory_xact_lock(hashtext(?))`, [`river migrations ${schema ?? ''}`]);
}

/** Asked first: even "create schema if not exists" needs the right to create one. */
export async function makeSchema(tables: Tables): Promise<void> {
  const schema = tables.schemaName;
  if (schema === undefined) return;
  const there = await tables.rows(`select 1 from pg_namespace where nspname = ?`, [schema]);
  if (there.length === 0) await tables.query.raw(`create schema ??`, [identifier(schema)]);
}

/** Packed rows are not compressed: that takes longer than writing them. */
export async function prepareStaging(tables: Tables, staging: string): Promise<void> {
  await tables.query.raw('alter table ?? alter column packed set storage external', [
    tables.qualify(staging),
  ]);
}
