/** A table's columns, and the types in which Snowflake has them. They are shown and described: that wakes no warehouse. */

import { type NumberDigits, usualDigits } from '#domain/column/read-number';
import type { TableColumn, TableType } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import { quoteText } from '../cloud/script-text.ts';
import type { Row, Tables } from '../dialect.ts';
import type { MadeType } from '../dialect-facts.ts';
import { identifier } from '../identifiers.ts';
import { fromStored, toStored } from './values.ts';

/** Undefined where there is no such table, or view. */
async function readKind(tables: Tables, table: string): Promise<string | undefined> {
  const stored = toStored(table);
  const found = await tables.rows(`show objects like ${quoteText(stored)} in schema ??`, [
    identifier(String(tables.schemaName)),
  ]);
  // It is a pattern, in which `_` is any letter, and case does not count.
  const [object] = found.filter(({ name }) => name === stored);
  return object && String(object.kind).toLowerCase();
}

export async function readColumns(tables: Tables, table: string): Promise<TableColumn[] | undefined> {
  const kind = await readKind(tables, table);
  if (kind === undefined) return undefined;
  if (!/^(?:table|transient)$/.test(kind)) {
    throw new SchemaConflictError(
      `${table} is a ${kind}: a river fills tables only. Give its target another table.`,
      { facts: { table, kind } },
    );
  }
  const described = await tables.rows('describe table ??', [tables.qualify(table)]);
  return described.map(toColumn);
}

function toColumn(row: Row): TableColumn {
  const type = String(row.type).toLowerCase();
  // What it is computed from: nothing else can be put into it.
  const declared = isText(row.expression) ? `${type} generated` : type;
  const isNotNull = row['null?'] === 'N';
  return {
    name: fromStored(String(row.name)),
    declared,
    type: toTableType(declared),
    isNotNull,
    isRequired: isNotNull && !isText(row.default) && !isText(row.expression),
  };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

export const hasTable = async (tables: Tables, table: string): Promise<boolean> =>
  (await readKind(tables, table)) !== undefined;

export const countColumns = async (tables: Tables, table: string): Promise<number> =>
  (await readColumns(tables, table))?.length ?? 0;

/** Snowflake keeps no indexes: rows that were loaded together lie together, and it looks where the days of a query are. */
export const hasIndexOn = async (): Promise<boolean> => true;

const bounded = /^(\w+)\((\d+)(?:, ?(\d+))?\)$/;

/** What a VARCHAR without a length can hold; an account may have set it higher. */
const unboundedLength = 16_777_216;

/** What River makes, and the types that people give the columns of a table they made themselves. */
export function toTableType(declared: string): TableType | undefined {
  const [, name = declared, size, scale = '0'] = bounded.exec(declared) ?? [];
  const precision = Number(size ?? 38);
  switch (name) {
    case 'number':
      return precision === 38 && scale === '0'
        ? { kind: 'integer', bits: 64 }
        : { kind: 'numeric', precision, scale: Number(scale) };
    case 'float':
      return { kind: 'double' };
    case 'boolean':
    case 'date':
      return { kind: name };
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return { kind: 'timestamp', digits: Math.min(Number(size ?? 9), 6) };
    case 'varchar':
      return {
        kind: 'text',
        length: Number(size ?? unboundedLength) < unboundedLength ? Number(size) : null,
      };
    default:
      return undefined;
  }
}

/** Of its 38 digits as many stand behind the point as numbers need; where they need no more than usual, those before it come first. */
export function declareNumeric({ whole, decimals }: NumberDigits): string {
  const scale = decimals > usualDigits.decimals ? decimals : 38 - whole;
  // Without any it would be a column for whole numbers.
  return `number(38,${Math.min(Math.max(scale, 1), 37)})`;
}

/** TIMESTAMP_NTZ has no zone, because Optimove does not say which one its own times are in. */
export const typeNames: Readonly<Record<MadeType, string>> = {
  integer: 'number(38,0)',
  double: 'float',
  text: 'varchar',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp_ntz',
  numeric: 'number(38,9)',
  instant: 'timestamp_tz',
};
