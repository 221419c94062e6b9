/** A table's columns, and the types in which SQLite has them. */

import type { TableColumn, TableType } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import { sameName } from '../column-name.ts';
import type { Row, Tables } from '../dialect.ts';
import type { MadeType } from '../dialect-facts.ts';

export async function readColumns(tables: Tables, table: string): Promise<TableColumn[] | undefined> {
  const kind = await readKind(tables, table);
  if (kind === undefined) return undefined;
  if (kind !== 'a table') {
    throw new SchemaConflictError(
      `${table} is ${kind}: a river fills tables only. Give its target another table.`,
      {
        facts: { table },
      },
    );
  }
  const columns = await tables.rows(
    `select name, type, hidden, pk, "notnull" as not_null, "notnull" and coalesce(lower(dflt_value), 'null') = 'null' as required,
       (select wr from pragma_table_list(?) where schema = 'main') as without_rowid
     from pragma_table_xinfo(?)`,
    [table, table],
  );
  const strict = await isStrict(tables, table);
  const isRowid = (declared: string, { pk, without_rowid }: Row): boolean =>
    declared === 'integer' &&
    Number(pk) === 1 &&
    !Number(without_rowid) &&
    !columns.some((each) => Number(each.pk) > 1);
  return columns.map((row) => {
    const name = String(row.name);
    const declared = String(row.type).toLowerCase();
    if (Number(row.hidden) > 0) return { name, declared: `${declared} generated`, type: undefined };
    const isRequired = Boolean(Number(row.required)) && !isRowid(declared, row);
    return {
      name,
      declared,
      type: strict ? toStrictType(declared) : toTableType(declared),
      isRequired,
      isNotNull: Boolean(Number(row.not_null)) || isRowid(declared, row),
      ...(isRowid(declared, row) && { numbersNull: true }),
    };
  });
}

export async function hasTable(tables: Tables, table: string): Promise<boolean> {
  return (await readKind(tables, table)) !== undefined;
}

export async function hasIndexOn(
  tables: Tables,
  table: string,
  columns: readonly string[],
): Promise<boolean> {
  const names = columns.map((column) => sameName({ foldsCase: true }, column));
  const found = await tables.rows(
    `select 1 from pragma_index_list(?) list where not list.partial and ? =
       (select json_group_array(lower(name)) from
         (select name from pragma_index_info(list.name) where seqno < ? order by seqno))`,
    [table, JSON.stringify(names), columns.length],
  );
  return found.length > 0;
}

/** Whether the table's columns take nothing but their own types. */
async function isStrict(tables: Tables, table: string): Promise<boolean> {
  const [found] = await tables.rows(`select strict from pragma_table_list(?) where schema = 'main'`, [table]);
  return Boolean(Number(found?.strict ?? 0));
}

export async function countColumns(tables: Tables, table: string): Promise<number> {
  const [found] = await tables.rows('select count(*) as count from pragma_table_xinfo(?)', [table]);
  return Number(found?.count);
}

async function readKind(tables: Tables, table: string): Promise<string | undefined> {
  const [found] = await tables.rows(
    `select type, sql from sqlite_schema where type <> 'trigger' and name = ? collate nocase`,
    [table],
  );
  if (!found) return undefined;
  if (/^create\s+virtual\b/i.test(String(found.sql))) return 'a virtual table';
  return found.type === 'index' ? 'an index' : `a ${found.type}`;
}

/**
 * By SQLite's own rules (https://sqlite.org/datatype3.html), with the numeric affinity told apart by its names. No column cuts
 * anything, whatever its length.
 */
export function toTableType(declared: string): TableType {
  if (declared.includes('int')) return { kind: 'integer', bits: 64 };
  if (/char|clob|text/.test(declared)) return { kind: 'text', length: null };
  if (declared === '' || declared.includes('blob')) return { kind: 'any' };
  if (/real|floa|doub/.test(declared)) return { kind: 'double' };
  if (/^(bool|bit\b)/.test(declared)) return { kind: 'boolean' };
  if (declared === 'date') return { kind: 'date' };
  if (/^(small)?(datetime|timestamp)/.test(declared)) return { kind: 'timestamp', digits: 6, verbatim: true };
  return numberNames.test(declared) ? { kind: 'number' } : { kind: 'number', texts: true };
}

/** Of the names that SQLite gives numeric affinity: STRING, JSON or UUID are others. */
const numberNames = /^(num|dec|fixed|money|smallmoney|currency)/;

function toStrictType(declared: string): TableType | undefined {
  if (declared === 'blob') return undefined;
  return declared === 'any' ? { kind: 'any' } : toTableType(declared);
}

/** How columns are declared that are added to this table. */
export async function readTypeNames(
  tables: Tables,
  table: string,
): Promise<Readonly<Record<MadeType, string>>> {
  return (await isStrict(tables, table)) ? strictTypeNames : typeNames;
}

/**
 * SQLite takes a declared type as a wish for how values are kept; of these it keeps days and times as the texts that they are.
 * Without a type it keeps every value as it is given: digits that a double would round stay text.
 */
export const typeNames: Readonly<Record<MadeType, string>> = {
  integer: 'integer',
  double: 'double',
  text: 'text',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  numeric: '',
  instant: 'text',
};

/** A STRICT table knows only these, and takes nothing else into such a column. In ANY every value stays as it is. */
const strictTypeNames: Readonly<Record<MadeType, string>> = {
  integer: 'INTEGER',
  double: 'REAL',
  text: 'TEXT',
  boolean: 'ANY',
  date: 'TEXT',
  timestamp: 'TEXT',
  numeric: 'ANY',
  instant: 'TEXT',
};
