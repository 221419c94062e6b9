import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { TableColumn } from '#domain/column/table-type';
import { type BulkCount, bulkChunk, bulkNumber, listBulkColumns, toLines } from '../cloud/bulk-rows.ts';
import { sessionUnder } from '../cloud/knex-client.ts';
import type { ScriptSession } from '../cloud/script-session.ts';
import { type BroughtRows, type BulkWay, insertInBulk } from '../cloud/write-rows.ts';
import type { Inserted, InsertJob, Tables } from '../dialect.ts';
import type { SnowflakeDriver } from './driver.ts';
import { rowsMissing } from './failures.ts';
import { quoteName, toStored } from './values.ts';

export { ensureRows, mayUndoInserts, removeAllRows, removeRows, updateRows } from '../cloud/write-rows.ts';

/** One column with a line in each row. */
const lineColumn = 'line';
/** A file has about as many letters before it is compressed: one at a time is in memory. */
const fileLetters = 32 * 1024 * 1024;

/** By `PUT` and `COPY INTO`, into a table of the session. What is put lies in that table's own stage, and goes with it. */
async function bring(tables: Tables, job: InsertJob): Promise<BroughtRows> {
  const columns = await listBulkColumns(job);
  const count: BulkCount = { bySlice: new Map(), rows: 0 };
  const name = `river_rows_${randomBytes(8).toString('hex')}`;
  if (columns.length > 0) {
    const schema = String(tables.schemaName);
    const session = await sessionUnder<ScriptSession<SnowflakeDriver>>(tables);
    session.dropAfterwards(schema, name);
    const loaded = await load(session.driver, schema, name, toLines(job, columns, count));
    if (loaded !== count.rows) throw new Error(rowsMissing);
  }
  return {
    table: tables.qualify(name),
    columns: columns.map(({ name, of }) => ({ text: `${lineColumn}:${name}::varchar`, of })),
    number: `${lineColumn}:${bulkNumber}::number(38,0)`,
    chunk: `${lineColumn}:${bulkChunk}::varchar`,
    ...count,
  };
}

const qualify = (schema: string, table: string): string => `${quoteName(schema)}.${quoteName(table)}`;

/** Makes the table, and puts these lines of JSON into it; says how many have come. */
export async function load(
  driver: SnowflakeDriver,
  schema: string,
  table: string,
  lines: AsyncIterable<string>,
): Promise<number> {
  const name = qualify(schema, table);
  await driver.createPassing(name, `${lineColumn} variant`);
  const stage = `@${quoteName(schema)}.%${toStored(table)}`;
  let files = 0;
  for await (const text of toFiles(lines)) {
    files += 1;
    await driver.put(stage, `rows_${files}.json.gz`, await promisify(gzip)(text));
  }
  const { rows } = await driver.query(`copy into ${name} from ${stage} file_format = (type = json)`);
  return rows.reduce((sum, file) => sum + Number(file.rows_loaded ?? 0), 0);
}

async function* toFiles(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const some of lines) {
    text += some;
    if (text.length < fileLetters) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function castTo({ declared, type }: TableColumn, text: string): string {
  switch (type?.kind) {
    case undefined:
    case 'text':
      return text;
    case 'integer':
      return `cast(${text} as number(38,0))`;
    case 'numeric':
      return `cast(${text} as number(38,${type.scale}))`;
    default:
      return `cast(${text} as ${declared})`;
  }
}

export const bulkWay: BulkWay = {
  bring,
  castTo,
  writeInstant: (_column, instant) => instant,
  createPassing: 'create temporary table ??',
};

export const insertPages = (tables: Tables, job: InsertJob): Promise<Inserted> =>
  insertInBulk(bulkWay, tables, job);
