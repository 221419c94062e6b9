import { randomBytes } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, WarehouseUnavailableError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { LoadMode } from '#domain/river/target';
import { Secret } from '#domain/secret';
import { connectDatabase } from '#warehouse/database';
import { joinDatabases } from '#warehouse/databases';
import { openWarehouse } from '#warehouse/open-warehouse';
import { tryWrite } from '#warehouse/try-write';
import { postgresUrl, warehouseKinds, withWarehouse } from '../helpers/with-warehouse.ts';
import { aRun, sampleShape, twoChunks } from './samples.ts';

/** What a check of the warehouse says, opened as another process would open it. */
async function check(setting: WarehouseSetting, ...loads: LoadMode[]): Promise<string | Error> {
  const warehouse = await openWarehouse(setting, { busyAtMostMs: 200 });
  try {
    const targets = loads.map((load) => ({ table: 'sample', load }));
    return await warehouse.checkWarehouse(targets).catch((error: Error) => error);
  } finally {
    await warehouse.close();
  }
}

describe.each(warehouseKinds)('a check of a warehouse in %s', (kind) => {
  test('writes something and leaves nothing, before the first run and in the middle of one', () =>
    withWarehouse(kind, async ({ setting, warehouse, tables, sql }) => {
      expect(await check(setting)).toContain('can be written to');
      expect(await tables()).toEqual([]);
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const before = await tables();
      expect(await check(setting, 'replace')).toContain('can be written to');
      await warehouse.tryWrite('run-1', 200_000);
      expect(await tables()).toEqual(before);
      const staging = before.find((name) => name.startsWith('river_staging_'));
      for (const table of ['river_calls', staging])
        expect(Number((await sql(`select count(*) as n from ${table}`))[0]?.n)).toBe(0);
    }));
});

describe('a check says what is wrong and what to do', () => {
  test('where a disk is full', () =>
    withWarehouse('pg', async ({ setting, warehouse, sql }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await sql(`create function full_disk() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
      await sql(
        'create trigger full_disk before insert on river_calls for each row execute function full_disk()',
      );
      const failure = await check(setting);
      expect(failure).toBeInstanceOf(WarehouseUnavailableError);
      expect(String(failure)).toMatch(
        /A write that was tried failed \(disk full\)\. .* Free space on its disk\.$/,
      );
    }));

  test('where a role may only read, and where it lacks a right on one table', async () => {
    const role = `reader_${randomBytes(6).toString('hex')}`;
    await withWarehouse('pg', async ({ setting, warehouse, sql }) => {
      const schema = 'schema' in setting ? setting.schema : '';
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await sql(`create role ${role} login password 'of-the-reader'`);
      try {
        const connection = new Secret(postgresUrl().replace(/\/\/.*@/, `//${role}:of-the-reader@`));
        const own = { ...setting, connection };
        await sql(`grant usage, create on schema ${schema} to ${role}`);
        await sql(`grant all on all tables in schema ${schema} to ${role}`);
        expect(await check(own, 'replace')).toContain('can be written to');
        await sql(`revoke delete on sample from ${role}; revoke update on river_days from ${role}`);
        const lacking = await check(own, 'append', 'replace');
        expect(lacking).toBeInstanceOf(ConfigurationError);
        expect(String(lacking)).toContain('UPDATE on river_days, DELETE on sample. Grant them');
        expect(String(lacking)).toContain(
          `grant update on "${schema}"."river_days" to "${role}"; grant delete on`,
        );
        await sql(`grant update on river_days to ${role}; revoke update on sample from ${role}`);
        expect(await check(own, 'append')).toContain('can be written to');
        expect(String(await check(own, 'merge'))).toContain('rights on tables: UPDATE on sample. Grant');
        await sql(`alter role ${role} set default_transaction_read_only to on`);
        expect(String(await check(own))).toMatch(/failed \(read-only\)\. .*default_transaction_read_only/);
        await sql(`alter role ${role} reset default_transaction_read_only`);
        await sql(`revoke create on schema ${schema} from ${role}`);
        expect(String(await check(own))).toContain(`grant it create on that schema`);
        expect(String(await check(own))).toContain(
          `(\`grant usage, create on schema "${schema}" to "${role}"\`)`,
        );
        const restricted = await openWarehouse(own);
        const run = aRun({ runId: 'run-2', target: { table: 'other' } });
        await expect(restricted.recordRun(run, twoChunks, sampleShape)).rejects.toThrow(
          `Or make the table for it: \`create table ${schema}.other (date date, action_id bigint, customer_id text, `,
        );
        await restricted.close();
      } finally {
        await sql(`drop owned by ${role}; drop role ${role}`);
      }
    });
  });

  test('where a SQLite file is locked, read-only, or has no room', () =>
    withWarehouse('sqlite', async ({ setting, warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const { filename } = setting.connection.reveal() as { filename: string };
      const other = new Sqlite(filename);
      other.exec('begin immediate');
      const locked = await check(setting);
      expect(locked).toBeInstanceOf(WarehouseUnavailableError);
      expect(String(locked)).toMatch(/failed \(locked by another process\)\. .*End the process/);
      other.exec('rollback');
      other.close();

      const readonly = { ...setting, connection: new Secret({ filename, options: { readonly: true } }) };
      expect(String(await check(readonly as WarehouseSetting))).toMatch(/failed \(read-only\)/);

      const database = connectDatabase(setting);
      const databases = joinDatabases(database, database, setting.name);
      try {
        await database.read(({ query }) => query.raw('pragma max_page_count = 1'));
        await expect(tryWrite(databases)).rejects.toMatchObject({ facts: { reason: 'disk full' } });
        await expect(tryWrite(databases, 'run-1')).rejects.toMatchObject({
          facts: { reason: 'disk full', warehouse: 'test' },
        });
      } finally {
        await database.close();
      }
    }));
});
