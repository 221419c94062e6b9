/** What River asks of the server itself: who answers there, which rights it lacks, whose turn it is, how a transaction begins. */

import type { Knex } from 'knex';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { ConfigurationError } from '#domain/errors';
import { didYouMean } from '#domain/river/closest';
import type { LoadMode } from '#domain/river/target';
import type { ColumnBan, FilledTable, LackingRight, Row, Tables } from '../dialect.ts';
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

/** A command that a person waits for says that a table is locked, and does not wait for the lock. */
export const readersSettings = [...settings, `lock_timeout to '8s'`];

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

/**
 * Of the sessions of this role one that waits for a lock, and has one on the table already or waits for it; and who holds it. What is told of
 * a session is what it calls itself: its statement may hold values.
 */
export async function findLockHolder(tables: Tables, table: string): Promise<string | undefined> {
  const [found] = await tables.rows(
    `select holder.pid, holder.application_name as name
    from pg_stat_activity as waiting
    cross join lateral unnest(pg_blocking_pids(waiting.pid)) as blocking(pid)
    join pg_stat_activity as holder on holder.pid = blocking.pid
    where waiting.wait_event_type = 'Lock' and waiting.datname = current_database() and waiting.usename = current_user
      and exists (
        select 1 from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
        where l.pid = waiting.pid and n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?)
    order by waiting.xact_start, holder.pid limit 1`,
    [tables.schemaName ?? null, table],
  );
  if (!found) return undefined;
  const name = String(found.name ?? '').replaceAll(/[^\x20-\x7e]/g, '?');
  return `process ${found.pid}${name === '' ? '' : ` (${name})`}`;
}

/** Behind a pooler the number of the process is the pooler's: then nothing is ended. */
export async function endLockWait(tables: Tables, transaction: Knex): Promise<boolean> {
  const client = transaction.client as { acquireConnection(): Promise<{ readonly processID?: number }> };
  const { processID = 0 } = await client.acquireConnection();
  const ended = await tables.rows(
    `select pg_cancel_backend(pid) from pg_stat_activity
    where pid = ? and wait_event_type = 'Lock' and datname = current_database() and usename = current_user`,
    [processID],
  );
  return ended.length > 0;
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

export async function describe(tables: Tables): Promise<string> {
  const { version, schema, there, others } = await readPlace(tables);
  const found = `PostgreSQL ${String(version).split(' ')[0]}, schema ${schema}`;
  if (there) return found;
  return `${found} (which is not there yet, and is made by the first run${nameOthers(String(schema), JSON.parse(String(others)) as string[])})`;
}

/** A mistyped schema would be made like any other. */
function nameOthers(schema: string, others: readonly string[]): string {
  const meant = didYouMean(schema, others).replace(/^, /, '');
  if (meant !== '') return `; ${meant}`;
  return others.length === 0 ? '' : `; there are ${others.slice(0, 10).join(', ')}`;
}

export async function refuseCreating(tables: Tables): Promise<void> {
  const { account, schema, may, there } = await readPlace(tables);
  if (may) return;
  const [role, name] = [account, schema ?? 'river'].map((each) => escapeIdentifier(String(each)));
  throw new ConfigurationError(
    there
      ? `${account} may not create tables in the schema ${schema}: grant it create on that schema (\`grant usage, create on schema ${name} to ${role}\`).`
      : `The schema ${schema ?? '(none in the search path)'} is not there and ${account} may not create it. Run \`create schema ${name} authorization ${role}\`.`,
    { facts: { schema, account } },
  );
}

/** The server, whom it takes River for, and the schema, with whether River may make tables there. */
async function readPlace(tables: Tables): Promise<Row> {
  const [found] = await tables.rows(
    `select current_setting('server_version') as version, current_user as account,
         wanted.schema as schema, namespace.oid is not null as there,
         array_to_json(array(select nspname::text from pg_namespace
               where nspname !~ '^pg_' and nspname <> 'information_schema' order by nspname))::text as others,
         case when namespace.oid is null then has_database_privilege(current_database(), 'CREATE') and wanted.schema is not null
              else has_schema_privilege(namespace.oid, 'CREATE') end as may
       from (select coalesce(?::text, current_schema()::text) as schema) wanted
       left join pg_namespace namespace on namespace.nspname = wanted.schema`,
    [tables.schemaName ?? null],
  );
  return found ?? {};
}

/** What a load mode does with the rows of a target. */
const neededRights: Readonly<Record<LoadMode, readonly string[]>> = {
  append: ['SELECT', 'INSERT'],
  replace: ['SELECT', 'INSERT', 'DELETE'],
  overwrite: ['SELECT', 'INSERT', 'DELETE'],
  merge: ['SELECT', 'INSERT', 'UPDATE'],
};

/** All rights on River's own tables, and on a target that a person has made those that its load mode needs. */
export async function listLackingRights(
  tables: Tables,
  targets: readonly FilledTable[],
): Promise<LackingRight[]> {
  const needs = targets.flatMap(({ table, load }) =>
    neededRights[load].map((right) => [table, right] as const),
  );
  const found = await tables.rows(
    `select c.relname as name, n.nspname as schema, current_user as account, needed.privilege, c.relname as table
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join (values (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE'), (4, 'DELETE')) needed (place, privilege)
     where c.relkind in ('r', 'p') and n.nspname = coalesce(?::text, current_schema()::text)
       and (starts_with(c.relname, 'river_')
         or (c.relname::text, needed.privilege) in (select * from unnest(?::text[], ?::text[])))
       and not has_table_privilege(c.oid, needed.privilege)
       -- Whether these are the columns that a river fills: see refuseColumns.
       and not (needed.privilege in ('INSERT', 'UPDATE') and not starts_with(c.relname, 'river_')
         and has_any_column_privilege(c.oid, needed.privilege))
     order by c.relname, needed.place`,
    [tables.schemaName ?? null, needs.map(([table]) => table), needs.map(([, right]) => right)],
  );
  const sequences = await tables.rows(
    `select distinct s.relname as name, sn.nspname as schema, current_user as account, 'USAGE' as privilege, c.relname as table
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attrdef def on def.adrelid = c.oid
     join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = def.oid and d.refclassid = 'pg_class'::regclass
     join pg_class s on s.oid = d.refobjid and s.relkind = 'S' join pg_namespace sn on sn.oid = s.relnamespace
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = any (?::text[])
       -- Asked of nothing else, in whatever order the server asks.
       and not case when s.relkind = 'S' then has_sequence_privilege(s.oid, 'USAGE, UPDATE') else true end
     order by 1`,
    [tables.schemaName ?? null, targets.map(({ table }) => table)],
  );
  return [...found, ...sequences].map((row) => {
    const { name, schema, account, privilege } = row;
    const place = `${escapeIdentifier(String(schema))}.${escapeIdentifier(String(name))}`;
    const kind = privilege === 'USAGE' ? 'sequence ' : '';
    return {
      table: String(row.table),
      right: `${privilege} on ${kind}${name}`,
      grant: `grant ${String(privilege).toLowerCase()} on ${kind}${place} to ${escapeIdentifier(String(account))}`,
    };
  });
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
  await refuseCreating(tables);
  const schema = tables.schemaName;
  if (schema === undefined) return;
  const there = await tables.rows(`select 1 from pg_namespace where nspname = ?`, [schema]);
  if (there.length === 0) await tables.query.raw(`create schema ??`, [identifier(schema)]);
}

/**
 * Packed rows are not compressed: that takes longer than writing them. Pages have the same order in every database, whatever its
 * collation: the last row of a key counts.
 */
export async function prepareStaging(tables: Tables, staging: string): Promise<void> {
  const bytewise = ['chunk', 'slice', 'call'].map(
    (column) => `, alter column ${column} type text collate "C"`,
  );
  await tables.query.raw(`alter table ?? alter column packed set storage external${bytewise.join('')}`, [
    tables.qualify(staging),
  ]);
}
