import { randomBytes } from 'node:crypto';
import type { TableColumn } from '#domain/column/table-type';
import { type BulkCount, bulkChunk, bulkNumber, listBulkColumns, toLines } from '../cloud/bulk-rows.ts';
import { driverUnder, sessionUnder } from '../cloud/knex-client.ts';
import type { ScriptSession } from '../cloud/script-session.ts';
import { type BroughtRows, type BulkWay, insertInBulk } from '../cloud/write-rows.ts';
import type { Inserted, InsertJob, Tables } from '../dialect.ts';
import type { BigQueryDriver } from './driver.ts';

export { ensureRows, mayUndoInserts, removeAllRows, removeRows, updateRows } from '../cloud/write-rows.ts';

/** By one load job, into a table whose columns are texts. */
async function bring(tables: Tables, job: InsertJob): Promise<BroughtRows> {
  const columns = await listBulkColumns(job);
  const count: BulkCount = { bySlice: new Map(), rows: 0 };
  const name = `river_rows_${randomBytes(8).toString('hex')}`;
  if (columns.length > 0) {
    const fields = [
      { name: bulkNumber, type: 'INT64' },
      ...[bulkChunk, ...columns.map((column) => column.name)].map((name) => ({ name, type: 'STRING' })),
    ];
    const schema = String(tables.schemaName);
    (await sessionUnder<ScriptSession>(tables)).dropAfterwards(schema, name);
    await driverUnder<BigQueryDriver>(tables).load(schema, name, fields, toLines(job, columns, count));
  }
  return {
    table: tables.qualify(name),
    columns: columns.map(({ name, of }) => ({ text: name, of })),
    number: bulkNumber,
    chunk: bulkChunk,
    ...count,
  };
}

function castTo({ declared, type }: TableColumn, text: string): string {
  switch (type?.kind) {
    case 'integer':
      return `cast(${text} as int64)`;
    case 'numeric':
      return declared.startsWith('bignumeric') ? `parse_bignumeric(${text})` : `parse_numeric(${text})`;
    case 'double':
      return `cast(${text} as float64)`;
    case 'boolean':
      return `cast(${text} as bool)`;
    case 'date':
      return `cast(${text} as date)`;
    case 'timestamp':
      return `cast(${text} as ${declared})`;
    default:
      return text;
  }
}

export const bulkWay: BulkWay = {
  bring,
  castTo,
  writeInstant: (column, instant) => (column?.declared === 'datetime' ? instant.replace('Z', '') : instant),
  createPassing:
    'create table ?? options (expiration_timestamp = timestamp_add(current_timestamp(), interval 6 hour))',
};

export const insertPages = (tables: Tables, job: InsertJob): Promise<Inserted> =>
  insertInBulk(bulkWay, tables, job);
