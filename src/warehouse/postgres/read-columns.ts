/** A table's columns, and the types in which Postgres has them. */

import type { TableColumn, TableType } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import type { Row, Tables } from '../dialect.ts';
import type { MadeType } from '../dialect-facts.ts';

export async function readColumns(tables: Tables, table: string): Promise<TableColumn[] | undefined> {
  const found = await queryColumns(tables, table);
  if (found.length === 0) return undefined;
  const kind = String(found[0]?.kind);
  if (!['r', 'p', 'f'].includes(kind)) {
    throw new SchemaConflictError(
      `${table} is ${otherKinds[kind] ?? 'no table'}: a river fills tables only. Give its target another table.`,
      {
        facts: { table },
      },
    );
  }
  const named = found.filter(({ name }) => name !== null);
  return named.map((row) => ({
    name: String(row.name),
    declared: String(row.declared),
    type:
      row.words === null
        ? toTableType(String(row.declared))
        : { kind: 'enum', words: JSON.parse(String(row.words)) as string[] },
    isRequired: Boolean(row.required),
    isNotNull: Boolean(row.not_null),
  }));
}

/** What else has a name among tables, by `relkind`. */
const otherKinds: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  S: 'a sequence',
  i: 'an index',
  I: 'an index',
  c: 'a type',
};

export async function hasTable(tables: Tables, table: string): Promise<boolean> {
  const found = await tables.rows(
    `select 1 from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?`,
    [tables.schemaName ?? null, table],
  );
  return found.length > 0;
}

/** Those that were dropped still count. */
export async function countColumns(tables: Tables, table: string): Promise<number> {
  const found = await tables.rows(
    `select c.relnatts as count from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?`,
    [tables.schemaName ?? null, table],
  );
  return Number(found[0]?.count ?? 0);
}

export async function hasIndexOn(
  tables: Tables,
  table: string,
  columns: readonly string[],
): Promise<boolean> {
  const found = await tables.rows(
    `select 1 from pg_index i
     join pg_class c on c.oid = i.indrelid
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ? and i.indpred is null
       and ?::text[] = (
         select array_agg(a.attname::text order by part)
         from generate_series(0, ? - 1) part
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[part])`,
    [tables.schemaName ?? null, table, [...columns], columns.length],
  );
  return found.length > 0;
}

async function queryColumns(tables: Tables, table: string): Promise<Row[]> {
  return tables.rows(
    `select a.attname as name, c.relkind as kind,
         coalesce(base.declared, format_type(a.atttypid, a.atttypmod))
           || case when a.attgenerated <> '' then ' generated' when a.attidentity = 'a' then ' always identity' else '' end
           as declared,
         a.attnotnull or t.typnotnull as not_null,
         (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) as words,
         (a.attnotnull or t.typnotnull) and not a.atthasdef and a.attidentity = '' and t.typdefault is null
           -- A trigger may give it a value.
           and not exists (select 1 from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal and g.tgtype & 7 = 7)
           as required
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       -- A table may have no column at all.
       left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_type t on t.oid = a.atttypid
       -- The type that a domain is made of.
       left join lateral (
         with recursive made_of (type, mod) as (
           select t.typbasetype, t.typtypmod where t.typtype = 'd'
           union all
           select b.typbasetype, b.typtypmod from made_of join pg_type b on b.oid = made_of.type where b.typtype = 'd')
         select format_type(made_of.type, made_of.mod) as declared
         from made_of join pg_type b on b.oid = made_of.type where b.typtype <> 'd'
       ) base on true
       where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?
       order by a.attnum`,
    [tables.schemaName ?? null, table],
  );
}

const bounded = /^(numeric|character varying|character|timestamp)\((\d+)(?:,(-?\d+))?\)(.*)$/;

/** What River makes, and the types that people give the columns of a table they made themselves. */
export function toTableType(declared: string): TableType | undefined {
  const [, name, first, second, rest = ''] = bounded.exec(declared) ?? [];
  const size = Number(first);
  switch (name === undefined ? declared : `${name}${rest}`) {
    case 'bigint':
      return { kind: 'integer', bits: 64 };
    case 'integer':
      return { kind: 'integer', bits: 32 };
    case 'smallint':
      return { kind: 'integer', bits: 16 };
    case 'numeric':
      if (name === undefined) return { kind: 'numeric', precision: null, scale: null };
      return { kind: 'numeric', precision: size, scale: Number(second ?? 0) };
    case 'double precision':
      return { kind: 'double' };
    case 'real':
      return { kind: 'real' };
    case 'uuid':
      return { kind: 'uuid' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'date':
      return { kind: 'date' };
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return { kind: 'timestamp', digits: name === undefined ? 6 : size };
    case 'text':
    case 'citext':
      return { kind: 'text', length: null };
    case 'character varying':
      return { kind: 'text', length: name === undefined ? null : size };
    case 'character':
      return { kind: 'text', length: size, padded: true };
    default:
      return undefined;
  }
}

/** A timestamp has no zone, because Optimove does not say which one its own are in. */
export const typeNames: Readonly<Record<MadeType, string>> = {
  integer: 'bigint',
  double: 'double precision',
  text: 'text',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp without time zone',
  numeric: 'numeric',
  instant: 'timestamp with time zone',
};
