import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { inject } from 'vitest';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { openWarehouse, type WarehouseOptions } from '#warehouse/open-warehouse';
import { inMemory, withFolder } from './folder.ts';

export type WarehouseKind = 'sqlite' | 'pg';

/** For `describe.each`: what holds in one database holds in the other. */
export const warehouseKinds: readonly WarehouseKind[] = ['sqlite', 'pg'];

/** A warehouse of its own: a file, or a schema on the run's one Postgres server. */
export interface WarehouseCorner {
  readonly kind: WarehouseKind;
  readonly setting: WarehouseSetting;
  readonly warehouse: OpenWarehouse;
  /** The same warehouse once more, as another process would open it. Closed with the corner. */
  open(options?: WarehouseOptions): Promise<OpenWarehouse>;
  /** Asks the database itself, past Knex and River. Double quotes around names work in both. */
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
): Promise<T> {
  return kind === 'sqlite' ? withSqlite(use) : withPostgres(use);
}

async function withSqlite<T>(use: (corner: WarehouseCorner) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const filename = join(folder, 'warehouse.db');
    const setting = settingOf('better-sqlite3', { filename }, undefined);
    const sql = async (text: string) => {
      const database = new Sqlite(filename);
      try {
        const statement = database.prepare(text);
        return (statement.reader ? statement.all() : [statement.run()]) as Record<string, unknown>[];
      } finally {
        database.close();
      }
    };
    return withOpened({ kind: 'sqlite', setting, sql }, use);
  }, inMemory());
}

async function withPostgres<T>(use: (corner: WarehouseCorner) => Promise<T>): Promise<T> {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: postgresUrl(), types: { getTypeParser } });
  await client.connect();
  try {
    await client.query(`create schema ${schema}; set search_path to ${schema}`);
    const setting = settingOf('pg', postgresUrl(), schema);
    const sql = async (text: string) => (await client.query(text)).rows;
    return await withOpened({ kind: 'pg', setting, sql }, use);
  } finally {
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.end();
  }
}

async function withOpened<T>(
  place: Pick<WarehouseCorner, 'kind' | 'setting' | 'sql'>,
  use: (corner: WarehouseCorner) => Promise<T>,
): Promise<T> {
  const opened: OpenWarehouse[] = [];
  const open = async (options?: WarehouseOptions) => {
    const warehouse = await openWarehouse(place.setting, options);
    opened.push(warehouse);
    return warehouse;
  };
  const list =
    place.kind === 'pg'
      ? `select table_name as name from information_schema.tables where table_schema = current_schema() order by 1`
      : `select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by 1`;
  try {
    return await use({
      ...place,
      warehouse: await open(),
      open,
      tables: async () => (await place.sql(list)).map(({ name }) => String(name)).sort(),
    });
  } finally {
    await Promise.all(opened.map((warehouse) => warehouse.close()));
  }
}

function settingOf(
  client: WarehouseSetting['client'],
  connection: unknown,
  schema: string | undefined,
): WarehouseSetting {
  return {
    name: 'test',
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
