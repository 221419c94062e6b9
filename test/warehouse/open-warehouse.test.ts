import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, OtherVersionError, WarehouseUnavailableError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { migrations } from '#warehouse/migrations/index';
import { openWarehouse } from '#warehouse/open-warehouse';
import { withFolder } from '../helpers/folder.ts';
import { postgresUrl, warehouseKinds, withWarehouse } from '../helpers/with-warehouse.ts';
import { aRun, loadAnswers, loadRows, sampleShape, twoChunks } from './samples.ts';

const manifest = [
  'river_books',
  'river_calls',
  'river_chunks',
  'river_columns',
  'river_days',
  'river_forgotten_days',
  'river_migrations',
  'river_migrations_lock',
  'river_runs',
  'river_targets',
];

test('a schema that is not there is named, with the one that may be meant', () =>
  withWarehouse('pg', async ({ setting, sql }) => {
    const { schema = '' } = setting;
    await sql(`create schema if not exists "${schema}"`);
    const mistyped = await openWarehouse({ ...setting, schema: `${schema}x` });
    try {
      expect(await mistyped.checkWarehouse()).toContain(
        `schema ${schema}x (which is not there yet, and is made by the first run; did you mean "${schema}"?)`,
      );
    } finally {
      await mistyped.close();
    }
    const right = await openWarehouse(setting);
    try {
      expect(await right.checkWarehouse()).not.toContain('not there yet');
    } finally {
      await right.close();
    }
  }));

describe.each(warehouseKinds)('in %s', (kind) => {
  test('nothing is made before it is needed', () =>
    withWarehouse(kind, async ({ warehouse, tables }) => {
      await warehouse.checkWarehouse();
      expect(await tables()).toEqual([]);
    }));

  test('twenty who migrate at once make the manifest once', () =>
    withWarehouse(kind, async ({ open, tables, sql }) => {
      const warehouses = await Promise.all(Array.from({ length: 20 }, () => open()));
      const runs = await Promise.all(warehouses.map((warehouse) => warehouse.listRuns(10)));
      expect(runs.flat()).toEqual([]);
      expect(await tables()).toEqual(manifest);
      expect(await sql('select name from river_migrations order by name')).toEqual(
        Object.keys(migrations).map((name) => ({ name })),
      );
    }));

  test('after a run only the table and the manifest are left', () =>
    withWarehouse(kind, async ({ warehouse, tables }) => {
      await loadRows(warehouse, aRun(), [[twoChunks[0], [['2026-01-01', 1, 'a']]]]);
      await warehouse.endRun('run-1', 'succeeded', '2026-01-10T07:00:00.000Z');
      expect(await tables()).toEqual([...manifest, 'sample']);
    }));

  test('a manifest made by a newer River is left alone', () =>
    withWarehouse(kind, async ({ warehouse, open, sql }) => {
      await warehouse.listRuns(1);
      await sql(`insert into river_migrations (name, batch) values ('9999-later', 2)`);
      const reading = (await open()).listRuns(1);
      await expect(reading).rejects.toThrow(OtherVersionError);
      await expect(reading).rejects.toThrow('9999-later');
    }));

  test('what answers there is said without a secret', () =>
    withWarehouse(kind, async ({ warehouse, setting }) => {
      const said = await warehouse.checkWarehouse();
      expect(said).toMatch(
        kind === 'pg' ? /^PostgreSQL \d+.* 127\.0\.0\.1:\d+\/postgres$/ : /^SQLite 3\..*warehouse\.db$/,
      );
      const { password } = new URL(kind === 'pg' ? String(setting.connection.reveal()) : 'x://u:none@h');
      expect(said).not.toContain(password);
    }));
});

test('a check says what River may not do in Postgres', () =>
  withWarehouse('pg', async ({ setting, sql }) => {
    const [{ name } = { name: '' }] = await sql('select current_schema() as name');
    const role = `${name}_reader`;
    await sql(`create role ${role} login password 'reader'`);
    try {
      const url = new URL(String(setting.connection.reveal()));
      url.username = role;
      url.password = 'reader';
      const warehouse = await openWarehouse({ ...setting, connection: new Secret(url.href) });
      const checking = warehouse.checkWarehouse();
      await expect(checking).rejects.toThrow(ConfigurationError);
      await expect(checking).rejects.toThrow(`${role} may not create tables in the schema ${name}`);
      await warehouse.close();
    } finally {
      await sql(`drop role ${role}`);
    }
  }));

test('a schema may have any name', () =>
  withWarehouse('pg', async ({ setting, sql }) => {
    const schema = `a "b-c ${String(setting.name)} ${process.pid}`;
    const warehouse = await openWarehouse({ ...setting, schema } as WarehouseSetting);
    const rows = [{ date: '2026-01-01', action_id: 1, customer_id: 'a' }];
    try {
      await loadAnswers(warehouse, aRun(), [[twoChunks[0], [rows]]], sampleShape);
      expect((await warehouse.readFirstRows('sample', 10)).length).toBe(1);
    } finally {
      await warehouse.close();
      await sql(`drop schema if exists "${schema.replaceAll('"', '""')}" cascade`);
    }
  }));

describe('a warehouse that does not answer', () => {
  const setting = (connection: unknown, schema?: string) =>
    ({ name: 'prod', client: 'pg', connection: new Secret(connection), schema, keepCallsForMs: 0 }) as const;

  async function failure(connection: unknown, schema?: string): Promise<unknown> {
    const warehouse = await openWarehouse(setting(connection, schema));
    const error: unknown = await warehouse.listRuns(1).catch((reason: unknown) => reason);
    await warehouse.close();
    return error;
  }

  test('passes, and is named with its address and without its password', async () => {
    const error = await failure('postgres://river:hunter2@127.0.0.1:1/books');
    expect(error).toBeInstanceOf(WarehouseUnavailableError);
    expect(String(error)).toContain('warehouse prod at 127.0.0.1:1/books');
    expect(String(error)).not.toContain('hunter2');
  });

  test('is tried again by the next who asks', () =>
    withFolder(async (folder) => {
      const filename = join(folder, 'later', 'warehouse.db');
      const warehouse = await openWarehouse({ ...setting({ filename }), client: 'better-sqlite3' });
      const asking = warehouse.listRuns(1);
      await expect(asking).rejects.toThrow(ConfigurationError);
      await expect(asking).rejects.toThrow(filename);
      await mkdir(join(folder, 'later'));
      expect(await warehouse.listRuns(1)).toEqual([]);
      await warehouse.close();
    }));

  test.each([
    [
      'a wrong password',
      () => postgresUrl().replace(/:[^:@]*@/, ':wrong@'),
      'password authentication failed',
    ],
    [
      'a database that is not there',
      () => postgresUrl().replace(/postgres$/, 'nowhere'),
      '"nowhere" does not exist',
    ],
  ])('%s is for a person to change', async (_name, url, words) => {
    const error = await failure(url());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(words);
    expect(String(error)).not.toContain(new URL(url()).password);
  });

  test.each(['a.b', 'a?', 'a as b'])('the schema %s is refused', async (schema) => {
    await expect(openWarehouse(setting('postgres://x@127.0.0.1/y', schema))).rejects.toThrow(
      ConfigurationError,
    );
  });
});
