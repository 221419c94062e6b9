import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { TableMetadata } from '@google-cloud/bigquery';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { inject } from 'vitest';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { BigQueryDriver } from '#warehouse/bigquery/driver';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { openWarehouse, type WarehouseOptions } from '#warehouse/open-warehouse';
import { inMemory, withFolder } from './folder.ts';
import type { Place } from './place.ts';
import { withSnowflake } from './snowflake-place.ts';

export type WarehouseKind = 'sqlite' | 'pg';

type CloudKind = 'bigquery' | 'snowflake';
/** The emulated warehouse that is the target of the tests, as a project of `vitest.config.ts` says it. */
export const cloudKind = process.env.RIVER_TEST_TARGET as CloudKind | undefined;
type Kind = WarehouseKind | CloudKind;

/** For `describe.each`: what holds in one database holds in the others. */
export const warehouseKinds = (cloudKind ? [cloudKind] : ['sqlite', 'pg']) as readonly WarehouseKind[];

/**
 * Where the books lie: in the warehouse itself, or in another database, as the projects of `vitest.config.ts` say it. The same
 * tests hold for each way to keep data.
 */
const booksKind = process.env.RIVER_TEST_BOOKS as WarehouseKind | undefined;

/** Whether they lie in another database. */
export const areBooksApart = booksKind !== undefined;

/** The database in which the books of such a warehouse lie. */
export const booksOf = (kind: WarehouseKind): WarehouseKind => booksKind ?? kind;

/** What the books call a table. */
export const inBooks = (table: string): string => (areBooksApart ? `test.${table}` : table);

/**
 * For rules in which the database has no part (which chunks a run pulls, what it says): one is enough, the one that costs least.
 * What the database does for them is tested in each by `test/warehouse`. With the books in another database they run in each.
 */
export const oneWarehouse: readonly WarehouseKind[] =
  areBooksApart || cloudKind ? warehouseKinds : ['sqlite'];

/** A warehouse of its own: a file, or a schema on the run's one Postgres server; or two of them. */
export interface WarehouseCorner {
  readonly kind: WarehouseKind;
  readonly setting: WarehouseSetting;
  readonly warehouse: OpenWarehouse;
  /** The same warehouse once more, as another process would open it. Closed with the corner. */
  open(options?: WarehouseOptions): Promise<OpenWarehouse>;
  /** Asks the database itself, past Knex and River: that of the books for their tables. Double quotes around names work in both. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** The tables there are, in alphabetical order. */
  tables(): Promise<string[]>;
}

/** The server's URL; throws the sentence that says why there is none. */
export function postgresUrl(): string {
  const postgres = inject('postgres');
  if ('missing' in postgres) throw new Error(postgres.missing);
  return postgres.url;
}

/** Gives `use` a new, empty warehouse, and removes it after it. */
export async function withWarehouse<T>(
  kind: WarehouseKind,
  use: (corner: WarehouseCorner) => Promise<T>,
  booksIn: WarehouseKind | undefined = booksKind,
): Promise<T> {
  return withPlace(kind, 'test', (target) =>
    booksIn === undefined
      ? withOpened(kind, target, target, use)
      : withPlace(booksIn, 'books', (books) => withOpened(kind, target, books, use)),
  );
}

function withPlace<T>(kind: Kind, name: string, use: (place: Place) => Promise<T>): Promise<T> {
  if (kind === 'bigquery') return withBigQuery(name, use);
  if (kind === 'snowflake') {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    return withSnowflake(cloudUrl(), schema, (...of) => settingOf(name, ...of), use);
  }
  return kind === 'sqlite' ? withSqlite(name, use) : withPostgres(name, use);
}

/** The emulator's address; throws the sentence that says why there is none. */
export function cloudUrl(of: 'url' | 'emulator' = 'url'): string {
  const cloud = inject('cloud');
  if ('missing' in cloud) throw new Error(cloud.missing);
  return cloud[of];
}

/** A dataset of its own. */
async function withBigQuery<T>(name: string, use: (place: Place) => Promise<T>): Promise<T> {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const connection = {
    projectId: 'river',
    apiEndpoint: cloudUrl(),
    // The emulator fails for good where it fails.
    retryOptions: { autoRetry: false },
  };
  const setting = settingOf(name, 'bigquery', connection, schema);
  const driver = new BigQueryDriver(() => setting);
  await driver.createDataset(schema);
  try {
    const dataset = await driver.dataset(schema);
    const sql = async (text: string) => {
      const [, table] = /\bpragma_table_info\('([^']+)'\)/.exec(text) ?? [];
      if (table !== undefined) return listColumns(await driver.readTable(schema, table), text);
      return (await driver.query(inDataset(text, schema))).rows;
    };
    const tables = async () => (await dataset.getTables())[0].map(({ id }) => String(id)).sort();
    return await use({ setting, sql, tables });
  } finally {
    await (await driver.dataset(schema)).delete({ force: true });
  }
}

/** The emulator uses old and new names of one type. */
const sqliteNames: Readonly<Record<string, string>> = {
  string: 'text',
  int64: 'integer',
  float64: 'double',
  float: 'double',
  bool: 'boolean',
  datetime: 'timestamp',
};

/** What SQLite's function says of a table, from its metadata. */
function listColumns(table: TableMetadata | undefined, text: string): Record<string, unknown>[] {
  const fields = (table?.schema as { fields: { name: string; type: string }[] } | undefined)?.fields ?? [];
  const [, name] = /where name = '([^']+)'/.exec(text) ?? [];
  const all = fields.map(({ name, type }) => ({
    name,
    type: sqliteNames[type.toLowerCase()] ?? type.toLowerCase(),
  }));
  return name === undefined ? all : all.filter((each) => each.name === name);
}

/** BigQuery wants the dataset before a table, and backquotes around names. */
const inDataset = (text: string, schema: string): string =>
  text
    .replaceAll('"', '`')
    .replace(/\b(from|into|join|update|table(?: if (?:not )?exists)?) (`[^`]+`|\w+)/gi, `$1 ${schema}.$2`)
    .replace(/count\(\*\) as rows/g, 'count(*) as `rows`');

const toNames = (rows: readonly Record<string, unknown>[]): string[] =>
  rows.map(({ name }) => String(name)).sort();

async function withSqlite<T>(name: string, use: (place: Place) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const filename = join(folder, 'warehouse.db');
    const setting = settingOf(name, 'better-sqlite3', { filename }, undefined);
    const sql = async (text: string) => {
      const database = new Sqlite(filename);
      try {
        const statement = database.prepare(text);
        return (statement.reader ? statement.all() : [statement.run()]) as Record<string, unknown>[];
      } finally {
        database.close();
      }
    };
    const list = `select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`;
    return use({ setting, sql, tables: async () => toNames(await sql(list)) });
  }, inMemory());
}

async function withPostgres<T>(name: string, use: (place: Place) => Promise<T>): Promise<T> {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: postgresUrl(), types: { getTypeParser } });
  await client.connect();
  try {
    await client.query(`create schema ${schema}; set search_path to ${schema}`);
    const setting = settingOf(name, 'pg', postgresUrl(), schema);
    const sql = async (text: string) => {
      for (;;) {
        try {
          return (await client.query(text)).rows;
        } catch (error) {
          // Workers that commit meanwhile may have won against a person's statement, who then repeats it.
          if ((error as pg.DatabaseError).code !== '40P01') throw error;
        }
      }
    };
    const list =
      'select table_name as name from information_schema.tables where table_schema = current_schema()';
    return await use({ setting, sql, tables: async () => toNames(await sql(list)) });
  } finally {
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.end();
  }
}

/** Tables of the books; all others are the target's. */
const ofBooks = /\briver_(?!loads\b)[a-z_]+/;

async function withOpened<T>(
  kind: WarehouseKind,
  target: Place,
  books: Place,
  use: (corner: WarehouseCorner) => Promise<T>,
): Promise<T> {
  const opened: OpenWarehouse[] = [];
  const setting = books === target ? target.setting : { ...target.setting, books: books.setting };
  const open = async (options?: WarehouseOptions) => {
    const warehouse = await openWarehouse(setting, options);
    opened.push(warehouse);
    return warehouse;
  };
  try {
    return await use({
      kind,
      setting,
      warehouse: await open(),
      open,
      sql: (text) => (ofBooks.test(text) ? books : target).sql(text),
      tables: async () => [...new Set((await Promise.all([target.tables(), books.tables()])).flat())].sort(),
    });
  } finally {
    await Promise.all(opened.map((warehouse) => warehouse.close()));
  }
}

function settingOf(
  name: string,
  client: WarehouseSetting['client'],
  connection: unknown,
  schema: string | undefined,
): WarehouseSetting {
  return {
    name,
    client,
    connection: new Secret(connection),
    schema,
    keepCallsForMs: 90 * 86_400_000,
  };
}

/** Numbers and booleans as such, everything else as the server writes it: no Date of this machine's time zone. */
function getTypeParser(oid: number): (text: string) => unknown {
  if (oid === 16) return (text) => text === 't';
  const numbers = [20, 21, 23, 700, 701];
  return numbers.includes(oid)
    ? (text) => (String(Number(text)) === text ? Number(text) : text)
    : (text) => text;
}
