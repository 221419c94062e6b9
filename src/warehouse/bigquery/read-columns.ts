/** A table's columns, and the types in which BigQuery has them. They are read from its metadata: that costs nothing and is no query. */

import type { TableField, TableMetadata } from '@google-cloud/bigquery';
import type { TableColumn, TableType } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import { driverUnder } from '../cloud/knex-client.ts';
import type { Tables } from '../dialect.ts';
import type { MadeType } from '../dialect-facts.ts';
import type { BigQueryDriver } from './driver.ts';
import { quoteName } from './values.ts';

const readMetadata = (tables: Tables, table: string): Promise<TableMetadata | undefined> =>
  driverUnder<BigQueryDriver>(tables).readTable(String(tables.schemaName), table);

export async function readColumns(tables: Tables, table: string): Promise<TableColumn[] | undefined> {
  const found = await readMetadata(tables, table);
  if (!found) return undefined;
  const { type = 'TABLE', schema } = found;
  if (type !== 'TABLE') {
    throw new SchemaConflictError(
      `${table} is a ${type.toLowerCase().replaceAll('_', ' ')}: a river fills tables only. Give its target another table.`,
      { facts: { table, type } },
    );
  }
  if (found.requirePartitionFilter || found.timePartitioning?.requirePartitionFilter) {
    throw new SchemaConflictError(
      `${table} takes no query that names none of its partitions (require_partition_filter): River also asks for rows of all days, such as those that no river has loaded. Run \`alter table ${quoteName(String(tables.schemaName))}.${quoteName(table)} set options (require_partition_filter = false)\`, or give the river another table.`,
      { facts: { table } },
    );
  }
  const fields = typeof schema === 'object' && 'fields' in schema ? (schema.fields ?? []) : [];
  return fields.map((field) => {
    const declared = toDeclared(field);
    const isNotNull = field.mode === 'REQUIRED';
    return {
      name: String(field.name),
      declared,
      type: toTableType(declared),
      isNotNull,
      isRequired: isNotNull && field.defaultValueExpression === undefined,
    };
  });
}

export const hasTable = async (tables: Tables, table: string): Promise<boolean> =>
  (await readMetadata(tables, table)) !== undefined;

export const countColumns = async (tables: Tables, table: string): Promise<number> =>
  (await readColumns(tables, table))?.length ?? 0;

/** BigQuery keeps no indexes: it reads the partitions of the days that are asked for, and of them the blocks of the river. */
export const hasIndexOn = async (): Promise<boolean> => true;

/** The metadata still uses the names of its first SQL. */
const names: Readonly<Record<string, string>> = { integer: 'int64', float: 'float64', boolean: 'bool' };

/** As a statement would declare it. */
function toDeclared({ type, mode, maxLength, precision, scale }: TableField): string {
  const given = String(type).toLowerCase();
  const name = names[given] ?? given;
  if (mode === 'REPEATED') return `array<${name}>`;
  if (name === 'string') return maxLength ? `string(${maxLength})` : name;
  const widest = widths[name];
  if (!widest) return name;
  if (!precision) return `${name}(${widest[0]}, ${widest[1]})`;
  return `${name}(${precision}, ${scale ?? 0})`;
}

/** Digits, and those of them behind the point. BIGNUMERIC has a part of one digit more. */
const widths: Readonly<Record<string, readonly [number, number]>> = {
  numeric: [38, 9],
  bignumeric: [76, 38],
};

const bounded = /^(numeric|bignumeric|string)\((\d+)(?:, (\d+))?\)$/;

/** What River makes, and the types that people give the columns of a table they made themselves. */
export function toTableType(declared: string): TableType | undefined {
  const [, name, size, scale] = bounded.exec(declared) ?? [];
  switch (name ?? declared) {
    case 'int64':
      return { kind: 'integer', bits: 64 };
    case 'numeric':
    case 'bignumeric':
      return { kind: 'numeric', precision: Number(size), scale: Number(scale) };
    case 'float64':
      return { kind: 'double' };
    case 'bool':
      return { kind: 'boolean' };
    case 'date':
      return { kind: 'date' };
    case 'datetime':
    case 'timestamp':
      return { kind: 'timestamp', digits: 6 };
    case 'string':
      return { kind: 'text', length: size === undefined ? null : Number(size) };
    default:
      return undefined;
  }
}

/** DATETIME has no zone, because Optimove does not say which one its own times are in. */
export const typeNames: Readonly<Record<MadeType, string>> = {
  integer: 'int64',
  double: 'float64',
  text: 'string',
  boolean: 'bool',
  date: 'date',
  timestamp: 'datetime',
  numeric: 'numeric(38, 9)',
  instant: 'timestamp',
};
