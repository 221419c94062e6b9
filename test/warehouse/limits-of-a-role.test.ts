import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Secret } from '#domain/secret';
import { openWarehouse } from '#warehouse/open-warehouse';
import { connect } from '#warehouse/postgres/connect';
import { setAtBegin } from '#warehouse/postgres/session';
import { postgresUrl, type WarehouseCorner, withWarehouse } from '../helpers/with-warehouse.ts';
import { aCommit, aRun, sampleShape, stageRows, twoChunks } from './samples.ts';

/** Shorter than any step of the commit below; the server is asked by people with such limits. */
const limit = '100ms';
const stepMs = 300;
const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];

/** A role whose sessions are limited, and that may do in the schema what River needs. */
async function withLimitedRole(
  { sql, setting }: WarehouseCorner,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const role = `limited_${randomBytes(6).toString('hex')}`;
  const schema = 'schema' in setting ? setting.schema : '';
  await sql(`create role ${role} login password 'of-the-limited'`);
  try {
    await sql(`grant usage, create on schema ${schema} to ${role}`);
    for (const name of limits) await sql(`alter role ${role} set ${name} to '${limit}'`);
    await use(postgresUrl().replace(/\/\/.*@/, `//${role}:of-the-limited@`));
  } finally {
    await sql(`drop owned by ${role}; drop role ${role}`);
  }
}

test('a role whose statements, locks and idle transactions are limited loads a chunk that takes longer', () =>
  withWarehouse('pg', (corner) =>
    withLimitedRole(corner, async (url) => {
      const { sql } = corner;
      const own = await openWarehouse(
        { ...corner.setting, connection: new Secret(url) },
        { onStep: (step) => (step === 'locked' ? sleep(stepMs) : undefined) },
      );
      try {
        const [chunk] = twoChunks;
        const rows = [['2026-01-01', 1, 'a']] as const;
        await own.recordRun(aRun(), twoChunks, sampleShape);
        await own.markPulling('run-1', chunk.key);
        await stageRows(own, 'run-1', chunk, rows);
        await sql(`create function slowly() returns trigger language plpgsql as
                   $$ begin perform pg_sleep(${stepMs / 1000}); return new; end $$`);
        await sql('create trigger slow before insert on sample for each row execute function slowly()');
        await sql('begin');
        await sql(`update river_targets set used_at = used_at`);
        const committed = own.storeChunk('run-1', chunk.key, aCommit(chunk, rows.length));
        await sleep(stepMs);
        await sql('commit');
        expect(await committed).toMatchObject({ outcome: 'loaded', rows: 1 });
      } finally {
        await own.close();
      }
    }),
  ));

test('what a transaction sets is gone from its session when it ends', () =>
  withWarehouse('pg', (corner) =>
    withLimitedRole(corner, async (url) => {
      const setting = { ...corner.setting, connection: new Secret(url) };
      const knex = connect(() => setting);
      const read = async (query: typeof knex) => {
        const values = [];
        for (const name of [...limits, 'timezone', 'datestyle'])
          values.push((await query.raw(`select current_setting('${name}') as value`)).rows[0].value);
        const { rows } = await query.raw('select pg_backend_pid() as process');
        return { process: rows[0].process, values };
      };
      try {
        const before = await read(knex);
        const within = await knex.transaction(read);
        expect(within.process).toBe(before.process);
        expect(within.values).toEqual(['0', '0', '10min', 'UTC', 'ISO, YMD']);
        expect(before.values.slice(0, limits.length)).toEqual(limits.map(() => limit));
        expect(await read(knex)).toEqual(before);
      } finally {
        await knex.destroy();
      }
    }),
  ));

test('a transaction that may not set what it needs does nothing, and leaves its connection to the next', () =>
  withWarehouse('pg', async ({ setting }) => {
    const knex = setAtBegin(
      connect(() => setting),
      ['no_such_setting to 0'],
    );
    const process = async (query: typeof knex) =>
      (await query.raw('select pg_backend_pid() as process')).rows[0].process;
    try {
      const before = await process(knex);
      const work = vi.fn(async () => {});
      await expect(knex.transaction(work)).rejects.toThrow('no_such_setting');
      expect(work).not.toHaveBeenCalled();
      expect(await process(knex)).toBe(before);
    } finally {
      await knex.destroy();
    }
  }));
