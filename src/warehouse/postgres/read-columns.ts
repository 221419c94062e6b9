import { SchemaConflictError } from '../../domain/errors.ts';
import type { Row, Tables } from '../dialect.ts';
import { everyType, type TableColumn } from '../tables/table-column.ts';
import { rowsOf } from './rows-of.ts';

export async function readColumns(tables: Tables, table: string): Promise<TableColumn[] | undefined> {
  const found = await columnsOf(tables, table);
  if (found.length === 0) return undefined;
  if (!['r', 'p', 'f'].includes(String(found[0]?.kind))) {
    throw new SchemaConflictError(
      `${table} is a view: a river fills tables only. Give its target another table.`,
      {
        facts: { table },
      },
    );
  }
  return found.map((row) => ({
    name: String(row.name),
    declared: String(row.declared),
    ...kindOf(String(row.declared)),
  }));
}

export async function hasTable(tables: Tables, table: string): Promise<boolean> {
  return (await columnsOf(tables, table)).length > 0;
}

async function columnsOf(tables: Tables, table: string): Promise<Row[]> {
  return rowsOf(
    await tables.query.raw(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as declared, c.relkind as kind
       from pg_attribute a
       join pg_class c on c.oid = a.attrelid
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?
         and a.attnum > 0 and not a.attisdropped
       order by a.attnum`,
      [tables.schemaName ?? null, table],
    ),
  );
}

/** What River makes, and the types that people give the columns of a table they made themselves. */
function kindOf(declared: string): Pick<TableColumn, 'type' | 'holds'> {
  switch (declared) {
    case 'bigint':
      return { type: 'integer', holds: ['integer', 'long'] };
    case 'integer':
    case 'smallint':
      return { type: 'integer', holds: ['integer'] };
    case 'numeric':
      return { type: 'double', holds: ['integer', 'long', 'double'] };
    case 'double precision':
      return { type: 'double', holds: ['integer', 'double'] };
    case 'real':
      return { type: 'double', holds: [] };
    case 'boolean':
      return { type: 'boolean', holds: ['boolean'] };
    case 'date':
      return { type: 'date', holds: ['date'] };
    case 'timestamp without time zone':
      return { type: 'timestamp', holds: ['timestamp'] };
    default:
      return /^(text|character varying|character)\b/.test(declared)
        ? { type: 'text', holds: everyType }
        : { type: undefined, holds: [] };
  }
}
