import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { SchemaConflictError } from '#domain/errors';
import { parseJson } from '#optimove/parse-json';
import { valueCases, valueCaseTypes } from '../../helpers/value-cases.ts';
import { postgresUrl, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aColumn, aRun, loadAnswers, sampleShape, stageAnswers, twoChunks } from '../samples.ts';

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
        await warehouse.recordRun(run, [first], sampleShape);
        const commit = await stageAnswers(warehouse, run, first, [[{ ...row, Extra: 'x' }]], sampleShape);
        let committed = false;
        const committing = warehouse.storeChunk(run.runId, first.key, commit).finally(() => {
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
          await vi.waitUntil(isQueued, { timeout: 150_000, interval: 5 });
          const began = performance.now();
          await reader.query('select count(*) from sample');
          slowest = Math.max(slowest, performance.now() - began);
          await vi.waitUntil(async () => !(await isQueued()), { timeout: 150_000, interval: 5 });
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

test('a column that nobody lets be added is given up after giveUpAfter, with what to do; the chunk may be loaded later', () =>
  withWarehouse('pg', async (corner) => {
    const warehouse = await corner.open({ patience: { waitMs: 100, pauseMs: 100 } });
    await loadAnswers(warehouse, aRun({ runId: 'run-0' }), [[first, [[row]]]], sampleShape);
    const run = aRun();
    const hasty = { ...run, river: { ...run.river, giveUpAfter: '1s' } };
    await withReader(corner.setting.schema, async (holder) => {
      await holder.query('begin; select * from sample');
      await warehouse.recordRun(hasty, [first], sampleShape);
      const commit = await stageAnswers(warehouse, hasty, first, [[{ ...row, Extra: 'x' }]], sampleShape);
      const startedAt = performance.now();
      await expect(warehouse.storeChunk(run.runId, first.key, commit)).rejects.toThrow(
        /^A column could not be added to sample for the whole of giveUpAfter: .*pg_stat_activity/,
      );
      expect(performance.now() - startedAt).toBeGreaterThan(999);
      await holder.query('commit');
      expect(await warehouse.storeChunk(run.runId, first.key, commit)).toMatchObject({ outcome: 'loaded' });
    });
  }));

test('a run that opens waits for its declared columns in the same way, and what ends it ends the wait', () =>
  withWarehouse('pg', async (corner) => {
    await corner.sql('create table sample (customer_id text)');
    const warehouse = await corner.open({ patience });
    await withReader(corner.setting.schema, async (holder) => {
      await holder.query('begin; select * from sample');
      const stop = new AbortController();
      const opening = warehouse.recordRun(aRun(), [first], sampleShape, stop.signal);
      opening.catch(() => {});
      await vi.waitUntil(
        async () =>
          (await corner.sql(`select 1 from pg_locks where not granted and relation = 'sample'::regclass`))
            .length > 0,
        { timeout: 150_000, interval: 5 },
      );
      stop.abort(new Error('the run was cancelled'));
      await expect(opening).rejects.toThrow('the run was cancelled');
      await holder.query('commit');
    });
    await warehouse.recordRun(aRun(), [first], sampleShape);
    expect(await warehouse.readRun('run-1')).toMatchObject({ status: 'running' });
  }));

test('a table that has all its columns is opened while somebody alters it', () =>
  withWarehouse('pg', async (corner) => {
    await corner.warehouse.recordRun(aRun(), [first], sampleShape);
    await withReader(corner.setting.schema, async (holder) => {
      await holder.query('begin; lock table sample in share row exclusive mode');
      await corner.warehouse.recordRun(aRun({ runId: 'run-2' }), [first], sampleShape);
      await holder.query('rollback');
    });
  }));

describe.each(warehouseKinds)('in %s', (kind) => {
  test('views, indexes and grants on a table stay as they are while misfits and new fields are loaded into it', () =>
    withWarehouse(kind, async (corner) => {
      const { sql, warehouse } = corner;
      const shape = { ...sampleShape, key: [] };
      await loadAnswers(warehouse, aRun(), [[first, [[row]]]], shape);
      await sql('create view seen as select * from sample');
      await sql('create index by_action on sample (action_id, customer_id)');
      if (kind === 'pg') {
        await sql('create materialized view kept as select action_id from sample');
        await sql('create view above as select action_id + 1 as next from seen');
        await sql('grant select on sample to public');
      }
      const odd = { ...row, action_id: 'n/a', Extra: 'x' };
      await loadAnswers(warehouse, aRun({ runId: 'run-2' }), [[first, [[row, odd]]]], shape);
      expect(await sql('select action_id, customer_id from seen order by action_id is null')).toEqual([
        { action_id: 1, customer_id: 'a' },
        { action_id: null, customer_id: 'a' },
      ]);
      expect(await sql('select action_id__text, extra from sample where action_id is null')).toEqual([
        { action_id__text: 'n/a', extra: 'x' },
      ]);
      const names = await sql(
        kind === 'pg'
          ? `select indexname as name from pg_indexes where schemaname = current_schema() and tablename = 'sample'`
          : `select name from sqlite_schema where type = 'index' and tbl_name = 'sample'`,
      );
      expect(names.map(({ name }) => name)).toContain('by_action');
      if (kind === 'sqlite') return;
      expect(await sql('select next from above where next is not null')).toEqual([{ next: 2 }]);
      expect(
        await sql(
          `select privilege_type as may from information_schema.role_table_grants where table_schema = current_schema() and table_name = 'sample' and grantee = 'PUBLIC'`,
        ),
      ).toEqual([{ may: 'SELECT' }]);
    }));

  test('more columns than a table can have are refused before one is added; the last that fits is', () =>
    withWarehouse(kind, async (corner) => {
      const limit = kind === 'pg' ? 1600 : 2000;
      const fields = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, at]));
      await loadAnswers(corner.warehouse, aRun(), [[first, [[row]]]], sampleShape);
      const counted = async () => {
        const [found] = await corner.sql(
          kind === 'pg'
            ? `select count(*) as n from information_schema.columns where table_schema = current_schema() and table_name = 'sample'`
            : `select count(*) as n from pragma_table_info('sample')`,
        );
        return Number(found?.n);
      };
      // What was dropped still counts in Postgres.
      await corner.sql('alter table sample add column gone text');
      await corner.sql('alter table sample drop column gone');
      const used = kind === 'pg' ? 8 : 7;
      const over = loadAnswers(
        corner.warehouse,
        aRun({ runId: 'run-2' }),
        [[first, [[{ ...row, ...fields(limit - used + 1) }]]]],
        sampleShape,
      );
      await expect(over).rejects.toThrow(SchemaConflictError);
      await expect(over).rejects.toThrow(
        `The table sample has ${used} columns and ${limit - used + 1} more are to be added, but it can have ${limit} at most`,
      );
      expect(await counted()).toBe(7);
      const wide = {
        ...sampleShape,
        columns: Array.from({ length: limit }, (_, at) => aColumn(`c${at}`, 'text')),
      };
      await expect(corner.warehouse.previewTable(aRun().river, wide)).rejects.toThrow(
        `it can have ${limit} at most`,
      );
      await expect(
        corner.warehouse.recordRun(aRun({ runId: 'run-3', target: { table: 'other' } }), [first], wide),
      ).rejects.toThrow(`The table other has 0 columns and ${limit + 4} more are to be added`);
      if (kind === 'pg') return;
      const fitting = { ...row, ...fields(limit - used) };
      await loadAnswers(corner.warehouse, aRun({ runId: 'run-4' }), [[first, [[fitting]]]], sampleShape);
      expect(await counted()).toBe(limit);
    }));
});

test('a STRICT table of SQLite gets columns of its own few types, and they keep what others keep', () =>
  withWarehouse('sqlite', async (corner) => {
    const columns = [
      aColumn('date', 'date'),
      aColumn('place', 'integer'),
      ...valueCaseTypes.map((type) => aColumn(`a_${type}`, type)),
    ];
    const shape = { columns, key: [], dayColumn: 'date' };
    const rows = valueCases.map(({ json }, place) => {
      const value = json === 'NaN' ? null : parseJson(json);
      const fields = {
        Flag: place % 2 === 0,
        Count: place === 0 ? parseJson('123456789012345678901.5') : place,
        Word: value,
      };
      return { place, ...fields, ...Object.fromEntries(valueCaseTypes.map((type) => [`a_${type}`, value])) };
    });
    await corner.sql('create table strict_one (place integer) strict');
    await corner.sql('create table plain_one (place integer)');
    const contents: unknown[] = [];
    for (const table of ['strict_one', 'plain_one']) {
      for (const load of ['first', 'second'])
        await loadAnswers(
          corner.warehouse,
          aRun({ runId: `${table}-${load}`, river: table, target: { table } }),
          [[first, [rows]]],
          shape,
        );
      const names = (
        await corner.sql(
          `select name from pragma_table_info('${table}') where name not like '\\_%' escape '\\' order by name`,
        )
      ).map(({ name }) => name);
      contents.push(
        await corner.sql(
          `select ${names.map((name) => `cast(${name} as text) as ${name}`).join(', ')} from ${table} order by ${table}.place`,
        ),
      );
    }
    expect(contents[0]).toEqual(contents[1]);
    expect(contents[0]).toHaveLength(rows.length);
    const types = await corner.sql(`select name, type from pragma_table_info('strict_one')`);
    expect(Object.fromEntries(types.map(({ name, type }) => [name, type]))).toMatchObject({
      a_integer: 'INTEGER',
      a_double: 'REAL',
      a_boolean: 'ANY',
      a_date: 'TEXT',
      a_timestamp: 'TEXT',
      a_text: 'TEXT',
      a_date__text: 'TEXT',
      flag: 'ANY',
      count: 'ANY',
      word: 'TEXT',
      _loaded_at: 'TEXT',
    });
  }));

test('a STRICT table of SQLite keeps its own columns; bytes are nothing that River fills', () =>
  withWarehouse('sqlite', async (corner) => {
    await corner.sql(
      'create table sample (customer_id any, "date" text, action_id int, _river text, _run_id any, _loaded_at text) strict, without rowid'.replace(
        'customer_id any',
        'customer_id any primary key',
      ),
    );
    for (const runId of ['run-1', 'run-2'])
      await loadAnswers(
        corner.warehouse,
        aRun({ runId }),
        [[first, [[{ ...row, customer_id: '007' }]]]],
        sampleShape,
      );
    expect(await corner.sql('select customer_id, action_id, _run_id from sample')).toEqual([
      { customer_id: '007', action_id: 1, _run_id: 'run-2' },
    ]);
    await corner.sql('create table bytes (customer_id blob) strict');
    await expect(
      corner.warehouse.previewTable(aRun({ target: { table: 'bytes' } }).river, sampleShape),
    ).rejects.toThrow('customer_id is blob');
  }));
