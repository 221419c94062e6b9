/** What Postgres does to the rows of a table besides its columns: rules that refuse rows, and tables that take none. */

import { escapeIdentifier } from 'pg';
import { ConfigurationError, SchemaConflictError } from '#domain/errors';
import { eachDay, toDateRanges } from '#domain/period/date-range';
import { rangeText } from '#domain/run/loaded-days';
import type { LoadJob, Row, TableRules, Tables } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { listLackingRights } from './session.ts';

/** A table of this schema as `c`. */
const ofTable = `from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?`;

const bindings = ({ schemaName }: Tables, table: string) => [schemaName ?? null, table];

export async function readRules(tables: Tables, table: string): Promise<TableRules> {
  const indexes = await tables.rows(
    `select i.indexrelid::regclass::text as name,
       (select json_agg(a.attname order by part)::text from generate_series(0, i.indnkeyatts - 1) part
        left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[part] and a.attnum > 0) as columns
     from pg_index i join (select c.oid ${ofTable}) c on c.oid = i.indrelid
     where i.indisunique or i.indisexclusion order by 1`,
    bindings(tables, table),
  );
  const guards = await tables.rows(
    `select kind || name as guard from (
       select case k.contype when 'c' then 'the check ' else 'the foreign key ' end as kind, k.conname::text as name
       from pg_constraint k where k.conrelid = (select c.oid ${ofTable}) and k.contype in ('c', 'f')
       union all
       select 'the trigger ', g.tgname::text from pg_trigger g where g.tgrelid = (select c.oid ${ofTable}) and not g.tgisinternal
     ) guard order by 1`,
    [...bindings(tables, table), ...bindings(tables, table)],
  );
  const referring = await tables.rows(
    `select distinct k.conrelid::regclass::text as name from pg_constraint k
     where k.confrelid = (select c.oid ${ofTable}) and k.conrelid <> k.confrelid and k.contype = 'f' and k.confdeltype in ('a', 'r')`,
    bindings(tables, table),
  );
  return {
    uniques: indexes.map(({ name, columns }) => ({
      name: String(name),
      columns: JSON.parse(String(columns)),
    })),
    guards: guards.map(({ guard }) => String(guard)),
    referring: referring.map(({ name }) => String(name)),
  };
}

/** Throws where the table would take nothing of what is about to be loaded, or not all of it, whatever its rows are. */
export async function refuseLoading(tables: Tables, job: LoadJob): Promise<void> {
  const [found] = await tables.rows(
    `select c.oid, c.relkind as kind, c.relreplident as identity, pg_relation_is_updatable(c.oid, false) as takes,
       row_security_active(c.oid) as secured, current_user as account ${ofTable}`,
    bindings(tables, job.table),
  );
  if (!found) return;
  await refuseRights(tables, job);
  if (found.kind === 'f') refuseForeign(job, Number(found.takes));
  if (found.kind === 'p') await refusePartitions(tables, job, found);
  await refuseColumns(tables, job, found);
  if (found.secured) await refusePolicies(tables, job, found);
  await refusePublished(tables, job, found);
}

async function refuseRights(tables: Tables, job: LoadJob): Promise<void> {
  const all = await listLackingRights(tables, [job]);
  const lacking = all.filter(({ table }) => table === job.table);
  if (lacking.length === 0) return;
  throw new ConfigurationError(
    `The table ${job.table} is there, but the role lacks rights on tables: ${lacking.map(({ right }) => right).join(', ')}. ` +
      `Grant them to it (\`${lacking.map(({ grant }) => grant).join('; ')}\`).`,
    { facts: { table: job.table, lacking: lacking.map(({ right }) => right) } },
  );
}

const conflict = (table: string, words: string): SchemaConflictError =>
  new SchemaConflictError(words, { facts: { table } });

/** The server's numbers of what is done with rows, as bits of `pg_relation_is_updatable`. */
const bits = { UPDATE: 4, INSERT: 8, DELETE: 16 } as const;

type Doing = keyof typeof bits;

const listDoings = ({ load }: LoadJob): Doing[] =>
  load === 'append' ? ['INSERT'] : load === 'merge' ? ['INSERT', 'UPDATE'] : ['INSERT', 'DELETE'];

function refuseForeign(job: LoadJob, takes: number): void {
  const lacking = listDoings(job).filter((doing) => (takes & bits[doing]) === 0);
  if (lacking.length === 0) return;
  throw conflict(
    job.table,
    `${job.table} is a foreign table that does not take ${lacking.join(' and ')}, which load: ${job.load} needs. Give the river another table.`,
  );
}

/** Rows of a day, or of a river, that no partition takes. */
async function refusePartitions(tables: Tables, job: LoadJob, { oid }: Row): Promise<void> {
  const { table, river, dayColumn, days } = job;
  const keys = `select p.partrelid as of, a.attname as name, format_type(a.atttypid, null) as type
     from pg_partitioned_table p join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
     where p.partnatts = 1`;
  const [by] = await tables.rows(`select * from (${keys}) key where key.of = ?`, [Number(oid)]);
  // A partition may have partitions by the same column: then it takes what these do.
  const parts = await tables.rows(
    `with recursive keys as (${keys}),
       parts as (
         select i.inhrelid as oid from pg_inherits i where i.inhparent = ?
         union all
         select i.inhrelid from parts join keys on keys.of = parts.oid and keys.name = ? join pg_inherits i on i.inhparent = parts.oid)
     select pg_get_partition_constraintdef(oid) as takes from parts
     where not exists (select 1 from keys where keys.of = parts.oid and keys.name = ?)`,
    [Number(oid), String(by?.name), String(by?.name)],
  );
  if (parts.length === 0)
    throw conflict(
      table,
      `${table} has no partition, so it takes no row. Make its partitions, then run again.`,
    );
  const isByDay = by !== undefined && by.name === dayColumn;
  const wanted = isByDay
    ? days.flatMap((range) => [...eachDay(range)])
    : by?.name === '_river'
      ? [river]
      : [];
  if (wanted.length === 0) return;
  // The server writes what a partition takes with the column's name: so a column of that name stands for a row.
  const takes = parts.map((part) => (part.takes === null ? 'true' : `(${part.takes})`)).join(' or ');
  const left = await tables.query
    .select('wanted')
    .from(
      tables.query.raw(`(select wanted, wanted::${by?.type} as ?? from unnest(?::text[]) wanted) line`, [
        identifier(String(by?.name)),
        [...wanted],
      ] as never),
    )
    .whereRaw(`not coalesce(${takes.replaceAll('?', '\\?')}, false)`);
  if (left.length === 0) return;
  const values = left.map((row: Row) => String(row.wanted)).sort();
  const what = isByDay ? `of ${toDateRanges(values).map(rangeText).join(', ')}` : `of the river ${river}`;
  throw conflict(
    table,
    `No partition of ${table} takes rows ${what}. Make one for them, or a default partition, then run again.`,
  );
}

/** A right on some columns is enough where these are the ones that River fills. */
async function refuseColumns(tables: Tables, job: LoadJob, { oid, account }: Row): Promise<void> {
  const needed = listDoings(job).filter((doing) => doing !== 'DELETE');
  const lacking = await tables.rows(
    `select right_on, json_agg(name order by name)::text as names
     from unnest(?::text[]) right_on cross join (
       select a.attname::text as name, a.attnum from pg_attribute a where a.attrelid = ? and a.attname = any (?::text[])) a
     where not has_table_privilege(?::oid, right_on) and has_any_column_privilege(?::oid, right_on)
       and not has_column_privilege(?::oid, a.attnum, right_on)
     group by right_on order by right_on`,
    [needed, Number(oid), [...job.filled], Number(oid), Number(oid), Number(oid)] as never,
  );
  if (lacking.length === 0) return;
  const grants = lacking.map(({ right_on, names }) => {
    const columns = (JSON.parse(String(names)) as string[]).map(escapeIdentifier).join(', ');
    return `grant ${String(right_on).toLowerCase()} (${columns}) on ${quoteTable(tables, job.table)} to ${escapeIdentifier(String(account))}`;
  });
  throw new ConfigurationError(
    `The role ${account} lacks rights on columns of ${job.table}. Grant them to it (\`${grants.join('; ')}\`).`,
    { facts: { table: job.table, account } },
  );
}

const quoteTable = ({ schemaName }: Tables, table: string): string =>
  [...(schemaName === undefined ? [] : [schemaName]), table].map(escapeIdentifier).join('.');

/** `polcmd` of the server's catalogue. */
const policyOf: Readonly<Record<Doing | 'SELECT', string>> = {
  SELECT: 'r',
  INSERT: 'a',
  UPDATE: 'w',
  DELETE: 'd',
};

/** Where rows are secured one by one and no policy lets the role do it, nothing is found, or a row refused. */
async function refusePolicies(tables: Tables, job: LoadJob, { oid, account }: Row): Promise<void> {
  const needed = ['SELECT', ...listDoings(job)] as const;
  const lacking: string[] = [];
  for (const doing of needed) {
    const found = await tables.rows(
      `select 1 from pg_policy p where p.polrelid = ? and p.polpermissive and p.polcmd in ('*', ?)
         and exists (select 1 from unnest(p.polroles) r (oid) where r.oid = 0 or pg_has_role(r.oid, 'USAGE'))`,
      [Number(oid), policyOf[doing]],
    );
    if (found.length === 0) lacking.push(doing);
  }
  if (lacking.length === 0) return;
  const place = quoteTable(tables, job.table);
  const role = escapeIdentifier(String(account));
  throw new ConfigurationError(
    `${job.table} has row level security, and no policy lets ${account} ${lacking.join(', ')}. ` +
      `Make one (\`create policy river on ${place} to ${role} using (true) with check (true)\`), or give the river another table.`,
    { facts: { table: job.table, account, lacking } },
  );
}

/** Where deletes or updates are replicated, the server wants to know what tells rows apart. */
async function refusePublished(tables: Tables, job: LoadJob, { oid, kind, identity }: Row): Promise<void> {
  if (kind !== 'r' || identity === 'f' || job.load === 'append') return;
  const [found] = await tables.rows(
    `select p.pubname as name from pg_publication_tables t
     join pg_publication p on p.pubname = t.pubname
     join pg_class c on c.oid = ? join pg_namespace n on n.oid = c.relnamespace
     where t.schemaname = n.nspname and t.tablename = c.relname and ${job.load === 'merge' ? 'p.pubupdate' : 'p.pubdelete'}
       and not exists (select 1 from pg_index i where i.indrelid = c.oid
         and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident else false end)
     limit 1`,
    [Number(oid)],
  );
  if (!found) return;
  throw conflict(
    job.table,
    `The publication ${found.name} replicates ${job.table}, which has nothing that tells its rows apart: Postgres lets nobody ` +
      `change or delete them. Run \`alter table ${quoteTable(tables, job.table)} replica identity full\`, or give the river another table.`,
  );
}
