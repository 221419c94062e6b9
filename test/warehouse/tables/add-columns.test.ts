import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { postgresUrl, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aRun, loadAnswers, sampleShape, stageAnswers, twoChunks } from '../samples.ts';

const [first] = twoChunks;
const row = { date: '2026-01-01', action_id: 1, customer_id: 'a' };
const patience = { waitMs: 300, pauseMs: 300 };

/** A session of somebody else in the same schema. */
async function withReader<T>(schema: string | undefined, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    await client.query(`set search_path to ${schema}`);
    return await use(client);
  } finally {
    await client.end();
  }
}

test('a new column waits for who has the table open, and keeps nobody else from reading for long', () =>
  withWarehouse('pg', async (corner) => {
    const { schema } = corner.setting;
    const warehouse = await corner.open({ patience });
    await loadAnswers(warehouse, aRun({ runId: 'run-0' }), [[first, [[row]]]], sampleShape);
    await withReader(schema, (holder) =>
      withReader(schema, async (reader) => {
        await holder.query('begin; select * from sample');
        const run = aRun();
        await warehouse.openRun(run, [first], sampleShape);
        const commit = await stageAnswers(warehouse, run, first, [[{ ...row, Extra: 'x' }]], sampleShape);
        let committed = false;
        const committing = warehouse.commitChunk(run.runId, first.key, commit).finally(() => {
          committed = true;
        });
        const isQueued = async () =>
          (
            await corner.sql(
              `select 1 from pg_locks where mode = 'AccessExclusiveLock' and not granted and relation = 'sample'::regclass`,
            )
          ).length > 0;
        let slowest = 0;
        for (let round = 0; round < 3; round += 1) {
          await vi.waitUntil(isQueued, { timeout: 10_000, interval: 5 });
          const began = performance.now();
          await reader.query('select count(*) from sample');
          slowest = Math.max(slowest, performance.now() - began);
          await vi.waitUntil(async () => !(await isQueued()), { timeout: 10_000, interval: 5 });
        }
        expect(slowest).toBeLessThan(patience.waitMs + 500);
        expect(committed).toBe(false);
        // Nor is the target held while others pass: another river may load.
        const other = aRun({ runId: 'run-2', river: 'other' });
        await loadAnswers(warehouse, other, [[first, [[row]]]], sampleShape);
        await holder.query('commit');
        await committing;
        expect(await corner.sql('select extra from sample where extra is not null')).toEqual([
          { extra: 'x' },
        ]);
      }),
    );
  }));

test('a run that opens waits for its declared columns in the same way, and what ends it ends the wait', () =>
  withWarehouse('pg', async (corner) => {
    await corner.sql('create table sample (customer_id text)');
    const warehouse = await corner.open({ patience });
    await withReader(corner.setting.schema, async (holder) => {
      await holder.query('begin; select * from sample');
      const stop = new AbortController();
      const opening = warehouse.openRun(aRun(), [first], sampleShape, stop.signal);
      opening.catch(() => {});
      await vi.waitUntil(
        async () =>
          (await corner.sql(`select 1 from pg_locks where not granted and relation = 'sample'::regclass`))
            .length > 0,
        { timeout: 10_000, interval: 5 },
      );
      stop.abort(new Error('the run was cancelled'));
      await expect(opening).rejects.toThrow('the run was cancelled');
      await holder.query('commit');
    });
    await warehouse.openRun(aRun(), [first], sampleShape);
    expect(await warehouse.readRun('run-1')).toMatchObject({ status: 'running' });
  }));

test('a table that has all its columns is opened while somebody alters it', () =>
  withWarehouse('pg', async (corner) => {
    await corner.warehouse.openRun(aRun(), [first], sampleShape);
    await withReader(corner.setting.schema, async (holder) => {
      await holder.query('begin; lock table sample in share row exclusive mode');
      await corner.warehouse.openRun(aRun({ runId: 'run-2' }), [first], sampleShape);
      await holder.query('rollback');
    });
  }));
