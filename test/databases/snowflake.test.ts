import { access } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnswerRow } from '#domain/call/call';
import { longNumber } from '#domain/column/read-number';
import { countJobsAhead } from '#warehouse/cloud/jobs-ahead';
import type { Row } from '#warehouse/dialect';
import { SnowflakeDriver } from '#warehouse/snowflake/driver';
import { type Corner, rowsOf, cornerRun as run, withCorner } from '../helpers/cloud-corner.ts';
import { nowhere } from '../helpers/commanded.ts';
import type { Gateway } from '../helpers/gateway.ts';
import {
  commitOne,
  commitRun,
  finish,
  loadAnswers,
  sampleShape,
  shapeFor,
  stageRun,
  twoChunks,
} from '../helpers/load-modes.ts';
import { openGateway, type SnowflakeRequest } from '../helpers/snowflake-gateway.ts';
import { snowflakeConnection } from '../helpers/snowflake-place.ts';
import { cloudUrl } from '../helpers/with-warehouse.ts';

let gateway: Gateway<SnowflakeRequest>;

beforeAll(async () => {
  gateway = await openGateway(cloudUrl());
});

afterAll(() => gateway?.close());

interface Schema extends Corner {
  ask(sql: string): Promise<Row[]>;
}

/** A schema of its own, whose books are a file of SQLite. */
const withSchema = <T>(use: (corner: Schema) => Promise<T>): Promise<T> =>
  withCorner('snowflake', snowflakeConnection(gateway.url), async (setting, inCorner) => {
    const driver = new SnowflakeDriver(() => setting);
    const ask = async (sql: string) => (await driver.query(sql)).rows;
    try {
      return await inCorner(ask, (corner) => use({ ...corner, ask }));
    } finally {
      gateway.decide = () => undefined;
      await ask(`drop schema if exists ${setting.schema} cascade`);
      await driver.close();
    }
  });

const [first] = twoChunks;
const chunk = [first, rowsOf(4)] as const;

const isScript = ({ sql }: SnowflakeRequest): boolean => sql?.startsWith('begin transaction') === true;
/** Of a chunk or an adoption, not of a run that opens. */
const isCommit = (request: SnowflakeRequest): boolean =>
  isScript(request) && request.sql?.includes('to_number(iff(') === true;

/** What wakes a warehouse: queries and scripts with their statements, and loads. */
function countRequests(seen: readonly SnowflakeRequest[]) {
  const sent = seen.flatMap(({ sql }) => sql ?? []);
  const queries = sent.filter((sql) => /^(?:select|with|insert|update|delete|merge|begin)\b/.test(sql));
  return {
    queries: queries.length,
    statements: queries.map((sql) => sql.split(';\n').length),
    loads: sent.filter((sql) => sql.startsWith('copy ')).length,
    // A temporary table of one row a key.
    collected: sent.filter((sql) => /^create temporary table \S+ as/.test(sql)).length,
  };
}

const away = { status: 403, body: {} };
const answer = (code: string, message: string) => ({
  status: 200,
  body: { data: { errorCode: code, sqlState: '57014' }, code, message, success: false },
});

test.each([
  ['replace', { queries: 3, statements: [1, 1, 7], loads: 1, collected: 0 }],
  ['append', { queries: 2, statements: [1, 6], loads: 1, collected: 0 }],
  ['merge', { queries: 5, statements: [1, 1, 1, 1, 6], loads: 1, collected: 1 }],
] as const)('a chunk in %s is one script, one load and a few queries', (load, expected) =>
  withSchema(async ({ warehouse, counted }) => {
    await stageRun(warehouse, run('run-1', load), [chunk]);
    await commitRun(warehouse, run('run-1', load), [chunk]);
    const next = run('run-2', load);
    gateway.seen.length = 0;
    await stageRun(warehouse, next, [chunk]);
    const opening = countRequests(gateway.seen);
    gateway.seen.length = 0;
    await commitOne(warehouse, next, chunk);
    const counts = countRequests(gateway.seen);
    expect(counts).toEqual(expected);
    expect(countJobsAhead('snowflake', load, 1)).toEqual({
      queries: opening.queries + counts.queries + counts.collected,
      loads: counts.loads,
    });
    expect(gateway.seen.length).toBeLessThan(50);
    expect(await counted()).toEqual(
      load === 'append' ? { 'run-1': 4, 'run-2': 4 } : load === 'merge' ? { 'run-1': 4 } : { 'run-2': 4 },
    );
  }),
);

test('an overwrite is one script as well, and leaves no table of its chunks behind', () =>
  withSchema(async ({ warehouse, counted, ask, schema }) => {
    for (const runId of ['run-1', 'run-2']) {
      await stageRun(warehouse, run(runId, 'overwrite'), [chunk]);
      gateway.seen.length = 0;
      await commitOne(warehouse, run(runId, 'overwrite'), chunk);
      const { queries, loads } = countRequests(gateway.seen);
      gateway.seen.length = 0;
      await finish(warehouse, run(runId, 'overwrite'));
      expect(gateway.seen.filter(isScript)).toHaveLength(1);
      const end = countRequests(gateway.seen);
      // And three as the run opens.
      expect({ queries: 3 + queries + end.queries, loads: loads + end.loads }).toEqual(
        countJobsAhead('snowflake', 'overwrite', 1),
      );
    }
    expect(await counted()).toEqual({ 'run-2': 4 });
    const tables = await ask(`show tables in schema ${schema}`);
    expect(tables.map(({ name }) => name).sort()).toEqual(['RIVER_LOADS', 'SAMPLE']);
  }));

test('an answer to a script that is lost loads nothing twice', () =>
  withSchema(async ({ warehouse, counted }) => {
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    let lost = 0;
    gateway.decide = (request) => {
      if (!isCommit(request) || lost > 0) return undefined;
      lost += 1;
      return 'answer lost';
    };
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(lost).toBe(1);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('where Snowflake does not answer any more, the next attempt finds what was done', () =>
  withSchema(async ({ warehouse, counted }) => {
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    let isAway = false;
    gateway.decide = (request) => {
      if (isAway) return away;
      if (!isCommit(request)) return undefined;
      isAway = true;
      return 'answer lost';
    };
    await expect(commitOne(warehouse, run('run-1', 'append'), chunk)).rejects.toThrow(
      'cannot be used at the moment: Request to Snowflake failed',
    );
    gateway.decide = () => undefined;
    expect(await counted()).toEqual({ 'run-1': 4 });
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('a script that others have kept from a table for too long is sent again, by itself', () =>
  withSchema(async ({ warehouse, counted }) => {
    await stageRun(warehouse, run('run-1', 'replace'), [chunk]);
    gateway.seen.length = 0;
    let refused = 0;
    gateway.decide = (request) => {
      if (!isScript(request) || refused === 2) return undefined;
      refused += 1;
      return answer(
        '000625',
        "Statement '01' has locked table 'T' in transaction 1 and this lock has not yet been released.",
      );
    };
    await commitOne(warehouse, run('run-1', 'replace'), chunk);
    expect(refused).toBe(2);
    expect(countRequests(gateway.seen).loads).toBe(1);
    expect(gateway.seen.filter(({ sql }) => sql === 'rollback')).toHaveLength(2);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('what a process that is gone had still under way is found before anything is done twice', () =>
  withSchema(async ({ warehouse, counted, ask }) => {
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    let late: string | undefined;
    gateway.decide = (request) => {
      if (!isCommit(request) || late !== undefined) return undefined;
      late = request.sql;
      // It reaches Snowflake only after the next one has looked, and just before that one is done.
      return answer('000603', 'SQL execution internal error.');
    };
    await expect(commitOne(warehouse, run('run-1', 'append'), chunk)).rejects.toThrow('at the moment');
    expect(await counted()).toEqual({});
    // Its table of rows is gone by then, so its insert is replaced by one of the same rows.
    const sent = String(late).replace(
      /insert into ("\w+"\."SAMPLE")[^;]* select [^;]* from "\w+"\."RIVER_ROWS_\w+"/,
      `insert into $1 (_river, _run_id) values ('sample', 'run-1')`,
    );
    expect(sent).not.toBe(late);
    let isLate = false;
    gateway.decide = async (request) => {
      if (!isScript(request) || isLate) return undefined;
      isLate = true;
      for (const statement of sent.split(';\n')) await ask(statement);
      return undefined;
    };
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(isLate).toBe(true);
    expect(await counted()).toEqual({ 'run-1': 1 });
  }));

test('where a session has ended under a commit, its rows are brought again', () =>
  withSchema(async ({ warehouse, counted }) => {
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    gateway.seen.length = 0;
    let ended = false;
    gateway.decide = ({ sql }) => {
      if (ended || sql?.startsWith('copy ') !== true) return undefined;
      ended = true;
      return answer('390111', 'Session no longer exists.  New login required to access the service.');
    };
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(ended).toBe(true);
    expect(countRequests(gateway.seen).loads).toBe(2);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('what has not arrived in the stage is never taken for all', () =>
  withSchema(async ({ warehouse, counted }) => {
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    let lost = 0;
    gateway.decide = ({ method }) => {
      if (method !== 'PUT' || lost === 1) return undefined;
      lost += 1;
      // The driver takes it for put.
      return { status: 200, body: {} };
    };
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(lost).toBe(1);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('a table says what it is, and needs no quotes', () =>
  withSchema(async ({ warehouse, ask, schema }) => {
    await stageRun(warehouse, run('run-1', 'replace'), [[first, rowsOf(2)]]);
    const columns = await ask(`describe table ${schema}."SAMPLE"`);
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['DATE', 'DATE'],
      ['ACTION_ID', 'NUMBER(38,0)'],
      ['CUSTOMER_ID', 'VARCHAR(16777216)'],
      ['_RIVER', 'VARCHAR(16777216)'],
      ['_RUN_ID', 'VARCHAR(16777216)'],
      ['_CHUNK', 'VARCHAR(16777216)'],
      ['_LOADED_AT', 'TIMESTAMP_TZ(9)'],
    ]);
    const made = gateway.seen.flatMap(
      ({ sql }) => sql?.match(/^create table if not exists .*"SAMPLE".*/) ?? [],
    );
    expect(made[0]).toMatch(/"_RIVER" varchar comment '[^']*river/i);
  }));

test('numbers that no report declares have the digits that the commit needs which first brings them', () =>
  withSchema(async ({ warehouse, ask, schema }) => {
    const load = (runId: string, rows: AnswerRow[]) =>
      loadAnswers(warehouse, run(runId, 'append'), [[first, rows.map((row) => [row])]], sampleShape);
    await load('run-1', [
      { customer_id: 'a', Plain: 7.5, Share: 0.1, Long: longNumber('1e30'), Both: 0.25, Far: 1e-40 },
      { customer_id: 'b', Plain: 1e9, Share: 0.1 + 0.2, Both: longNumber(`${'9'.repeat(28)}.0000000000125`) },
      { customer_id: 'c', Both: longNumber('0.0123456789012'), Far: longNumber('1e40') },
    ]);
    await load('run-2', [
      { customer_id: 'd', Plain: 0.5, Share: longNumber('0.1234567890123456789'), Long: 1 },
      { customer_id: 'e', Plain: 0.1 + 0.2, Share: 12, Long: 0.0000001 },
    ]);
    const columns = await ask(`describe table ${schema}."SAMPLE"`);
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    expect(['PLAIN', 'SHARE', 'LONG', 'BOTH', 'FAR'].map((name) => types.get(name))).toEqual([
      'NUMBER(38,9)',
      'NUMBER(38,17)',
      'NUMBER(38,7)',
      'NUMBER(38,13)',
      'NUMBER(38,9)',
    ]);
    const names = ['plain', 'share', '"LONG"', '"BOTH"', 'far'];
    const beside = ['plain__text', 'share__text', 'both__text', 'far__text'];
    const rows = await ask(
      `select ${[...names, ...beside].join(', ')} from ${schema}."SAMPLE" order by customer_id`,
    );
    expect(rows.map((row) => Object.values(row).map((value) => value && String(value)))).toEqual([
      ['7.5', '0.1', `1${'0'.repeat(30)}`, '0.25', null, null, null, null, '1e-40'],
      [
        '1000000000',
        '0.30000000000000004',
        null,
        null,
        null,
        null,
        null,
        `${'9'.repeat(28)}.0000000000125`,
        null,
      ],
      [null, null, null, '0.0123456789012', null, null, null, null, '1e40'],
      ['0.5', null, '1', null, null, null, '0.1234567890123456789', null, null],
      [null, '12', '0.0000001', null, null, '0.30000000000000004', null, null, null],
    ]);
  }));

test('the columns that a table lacks are added by one statement', () =>
  withSchema(async ({ warehouse, ask, schema }) => {
    await ask(`create schema if not exists ${schema}`);
    await ask(`create table ${schema}."SAMPLE" ("DATE" date)`);
    gateway.seen.length = 0;
    await warehouse.recordRun(run('run-1', 'append'), [first], shapeFor('append'));
    expect(gateway.seen.filter(({ sql }) => sql?.startsWith('alter table'))).toHaveLength(1);
    const columns = await ask(`describe table ${schema}."SAMPLE"`);
    expect(columns.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ACTION_ID', 'CUSTOMER_ID', '_RIVER', '_RUN_ID', '_CHUNK', '_LOADED_AT']),
    );
  }));

test('`check` does what a commit does, and leaves nothing behind', () =>
  withSchema(async ({ warehouse, ask, schema }) => {
    expect(await warehouse.checkWarehouse()).toMatch(
      /^Snowflake [\d.]+, .*; its books: SQLite .*can be written to/,
    );
    expect(await ask(`show tables in schema ${schema}`)).toEqual([]);
    gateway.decide = ({ sql }) =>
      sql?.startsWith('create table')
        ? answer('003001', "SQL access control error:\nInsufficient privileges to operate on schema 'LAKE'.")
        : undefined;
    await expect(warehouse.checkWarehouse()).rejects.toThrow(
      /cannot be used as it is configured: Insufficient privileges to operate on schema 'LAKE' \(003001\)/,
    );
  }));

test('`check` of a table that no rights are missing on, but that is none, leaves it to who looks at its columns', () =>
  withSchema(async ({ warehouse, ask, schema }) => {
    await ask(`create schema if not exists ${schema}`);
    await ask(`create view ${schema}.V as select 1 as A`);
    await ask(`create table ${schema}.G (A int, B varchar as (A::varchar), "DATE" date)`);
    const load = 'append';
    await expect(
      warehouse.checkWarehouse([
        { table: 'v', load },
        { table: 'g', load },
      ]),
    ).resolves.toMatch(/^Snowflake /);
    gateway.decide = ({ sql }) =>
      sql?.startsWith('insert into') && sql.includes('"G"')
        ? answer('003001', "SQL access control error:\nInsufficient privileges to operate on table 'G'.")
        : undefined;
    await expect(warehouse.checkWarehouse([{ table: 'g', load }])).rejects.toThrow(
      /lacks rights on tables: INSERT on g\./,
    );
  }));

test('an address where nothing answers is said within seconds', async () => {
  const connection = snowflakeConnection(`http://${await nowhere()}`);
  await withCorner('snowflake', connection, (_setting, inCorner) =>
    inCorner(
      async () => [],
      async ({ warehouse }) => {
        await expect(warehouse.checkWarehouse()).rejects.toThrow(
          /cannot be used at the moment: connect ECONNREFUSED 127\.0\.0\.1:\d+ \(401001\)/,
        );
      },
    ),
  );
}, 30_000);

test('the driver writes no log into the folder where River runs', () =>
  withSchema(async ({ warehouse }) => {
    await stageRun(warehouse, run('run-1', 'replace'), [[first, rowsOf(2)]]);
    await expect(access('snowflake.log')).rejects.toThrow('ENOENT');
  }));
