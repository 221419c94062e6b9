import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { checkAll } from '#control/check-all';
import { BigQueryDriver } from '#warehouse/bigquery/driver';
import { countJobsAhead } from '#warehouse/cloud/jobs-ahead';
import { aFile, loadText } from '../helpers/a-configuration.ts';
import { type BigQueryRequest, openGateway } from '../helpers/bigquery-gateway.ts';
import { type Corner, rowsOf, cornerRun as run, withCorner } from '../helpers/cloud-corner.ts';
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
import { cloudUrl } from '../helpers/with-warehouse.ts';

let gateway: Gateway<BigQueryRequest>;

beforeAll(async () => {
  gateway = await openGateway(cloudUrl());
});

afterAll(() => gateway?.close());

interface Dataset extends Corner {
  readonly driver: BigQueryDriver;
}

/** A dataset of its own, whose books are a file of SQLite. */
const withDataset = <T>(
  use: (corner: Dataset) => Promise<T>,
  place: object = { apiEndpoint: gateway.url },
): Promise<T> => {
  const connection = { projectId: 'river', retryOptions: { autoRetry: false }, ...place };
  return withCorner('bigquery', connection, async (setting, inCorner) => {
    const driver = new BigQueryDriver(() => setting);
    try {
      return await inCorner(
        async (sql) => (await driver.query(sql)).rows,
        (corner) => use({ ...corner, driver }),
      );
    } finally {
      gateway.decide = () => undefined;
      await (await driver.dataset(String(setting.schema))).delete({ force: true });
    }
  });
};

const [first] = twoChunks;

const isScript = ({ query }: BigQueryRequest): boolean => query?.startsWith('begin transaction') === true;
const isJob = ({ method, path }: BigQueryRequest): boolean => method === 'POST' && path.endsWith('/jobs');

/** What a commit of one chunk sends: queries and scripts with their statements, load jobs, and everything else. */
function countRequests(seen: readonly BigQueryRequest[]) {
  const queries = seen.filter(({ query }) => query !== undefined);
  return {
    queries: queries.length,
    statements: queries.map(
      ({ query }) =>
        String(query)
          .split(';\n')
          .filter((each) => each !== '').length,
    ),
    loads: seen.filter((request) => isJob(request) && request.path.startsWith('/upload')).length,
    requests: seen.length,
  };
}

test.each([
  ['replace', { queries: 3, statements: [1, 1, 7], loads: 1 }],
  ['append', { queries: 2, statements: [1, 6], loads: 1 }],
  ['merge', { queries: 6, statements: [1, 1, 1, 1, 1, 6], loads: 1 }],
] as const)('a chunk in %s is one script, one load job and a few queries', (load, expected) =>
  withDataset(async ({ warehouse, counted }) => {
    const chunk = [first, rowsOf(6)] as const;
    await stageRun(warehouse, run('run-1', load), [chunk]);
    await commitRun(warehouse, run('run-1', load), [chunk]);
    const next = run('run-2', load);
    gateway.seen.length = 0;
    await stageRun(warehouse, next, [chunk]);
    const opening = countRequests(gateway.seen);
    gateway.seen.length = 0;
    await commitOne(warehouse, next, chunk);
    const { requests, ...counts } = countRequests(gateway.seen);
    expect(counts).toEqual(expected);
    expect(countJobsAhead('bigquery', load, 1)).toEqual({
      queries: opening.queries + counts.queries,
      loads: counts.loads,
    });
    expect(requests).toBeLessThan(30);
    expect(await counted()).toEqual(
      load === 'append' ? { 'run-1': 6, 'run-2': 6 } : load === 'merge' ? { 'run-1': 6 } : { 'run-2': 6 },
    );
  }),
);

test('an answer to a script that is lost loads nothing twice', () =>
  withDataset(async ({ warehouse, counted }) => {
    const chunk = [first, rowsOf(4)] as const;
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    let lost = 0;
    gateway.decide = (request) => {
      if (!isScript(request) || !request.query?.includes('river_loads') || lost > 0) return undefined;
      if (!request.query.includes('select if(')) return undefined;
      lost += 1;
      return 'answer lost';
    };
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(lost).toBe(1);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('where BigQuery does not answer any more, the next attempt finds what was done', () =>
  withDataset(async ({ warehouse, counted }) => {
    const chunk = [first, rowsOf(4)] as const;
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    let isAway = false;
    gateway.decide = (request) => {
      if (isAway)
        return {
          status: 503,
          body: { error: { code: 503, message: 'away', errors: [{ reason: 'backendError' }] } },
        };
      if (!isScript(request) || !request.query?.includes('select if(')) return undefined;
      isAway = true;
      return 'answer lost';
    };
    await expect(commitOne(warehouse, run('run-1', 'append'), chunk)).rejects.toThrow(
      'cannot be used at the moment',
    );
    gateway.decide = () => undefined;
    expect(await counted()).toEqual({ 'run-1': 4 });
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('a script that BigQuery cancels in favour of another one is sent again, by itself', () =>
  withDataset(async ({ warehouse, counted }) => {
    const chunk = [first, rowsOf(4)] as const;
    await stageRun(warehouse, run('run-1', 'replace'), [chunk]);
    gateway.seen.length = 0;
    let cancelled = 0;
    gateway.decide = (request) => {
      if (!isScript(request) || cancelled === 2) return undefined;
      cancelled += 1;
      const message =
        'Transaction is aborted due to concurrent update against table river:d.t. Transaction ID: 1';
      return {
        status: 400,
        body: { error: { code: 400, message, errors: [{ reason: 'invalidQuery', message }] } },
      };
    };
    await commitOne(warehouse, run('run-1', 'replace'), chunk);
    expect(cancelled).toBe(2);
    expect(countRequests(gateway.seen).loads).toBe(1);
    expect(await counted()).toEqual({ 'run-1': 4 });
  }));

test('what a process that is gone had still under way is found before anything is done twice', () =>
  withDataset(async ({ warehouse, counted, driver, schema }) => {
    const chunk = [first, rowsOf(4)] as const;
    await stageRun(warehouse, run('run-1', 'append'), [chunk]);
    let late: string | undefined;
    gateway.decide = (request) => {
      if (!isScript(request) || !request.query?.includes('select if(') || late !== undefined)
        return undefined;
      late = request.query;
      // It reaches BigQuery only after the next one has looked, and just before that one is done.
      return {
        status: 503,
        body: { error: { code: 503, message: 'away', errors: [{ reason: 'backendError' }] } },
      };
    };
    await expect(commitOne(warehouse, run('run-1', 'append'), chunk)).rejects.toThrow('at the moment');
    expect(await counted()).toEqual({});
    // Its table of rows is gone by then, so its insert is replaced by one of the same rows.
    const insert =
      /insert into [^;]* select [^;]* from `\w+`\.`river_rows_\w+`/.exec(String(late))?.[0] ?? '';
    const sent = String(late).replace(
      insert,
      `insert into ${schema}.sample (_river, _run_id) values ('sample', 'run-1')`,
    );
    let isLate = false;
    gateway.decide = async (request) => {
      if (!isScript(request) || isLate) return undefined;
      isLate = true;
      await driver.query(sent);
      return undefined;
    };
    await commitOne(warehouse, run('run-1', 'append'), chunk);
    expect(isLate).toBe(true);
    expect(await counted()).toEqual({ 'run-1': 1 });
  }));

test('a table is partitioned by its day, clustered by river, and says what it is', () =>
  withDataset(async ({ warehouse, driver, schema }) => {
    await stageRun(warehouse, run('run-1', 'replace'), [[first, rowsOf(2)]]);
    const made = await driver.readTable(schema, 'sample');
    expect(made?.timePartitioning).toMatchObject({ type: 'DAY', field: 'date' });
    expect(made?.clustering).toEqual({ fields: ['_river'] });
    const schemaOf = made?.schema as { fields: { name: string; description?: string }[] } | undefined;
    expect(schemaOf?.fields.find(({ name }) => name === '_river')?.description).toMatch(/river/i);
  }));

test('what is replaced is named by its days, so that BigQuery touches only their partitions', () =>
  withDataset(async ({ warehouse }) => {
    const chunk = [first, rowsOf(4)] as const;
    for (const runId of ['run-1', 'run-2']) {
      await stageRun(warehouse, run(runId, 'replace'), [chunk]);
      gateway.seen.length = 0;
      await commitOne(warehouse, run(runId, 'replace'), chunk);
    }
    const [script] = gateway.seen.filter(isScript);
    expect(script?.query).toMatch(
      /delete from `\w+`\.`sample` where `_river` = 'sample' and `date` >= '2026-01-01' and `date` < '2026-01-03'/,
    );
  }));

test('an overwrite is one script as well, and leaves no table of its chunks behind', () =>
  withDataset(async ({ warehouse, driver, schema, counted }) => {
    for (const runId of ['run-1', 'run-2']) {
      const chunk = [first, rowsOf(4)] as const;
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
        countJobsAhead('bigquery', 'overwrite', 1),
      );
    }
    expect(await counted()).toEqual({ 'run-2': 4 });
    const [tables] = await (await driver.dataset(schema)).getTables();
    expect(tables.map(({ id }) => id).sort()).toEqual(['river_loads', 'sample']);
  }));

test('`check` does what a commit does, and leaves nothing behind', () =>
  withDataset(async ({ warehouse, driver, schema }) => {
    expect(await warehouse.checkWarehouse()).toMatch(/^BigQuery, .*; its books: SQLite .*can be written to/);
    const [tables] = await (await driver.dataset(schema)).getTables();
    expect(tables).toEqual([]);
    gateway.decide = ({ path }) =>
      path.startsWith('/upload')
        ? {
            status: 403,
            body: {
              error: {
                code: 403,
                message:
                  'Access Denied: Table river:d.t: Permission bigquery.tables.updateData denied on table river:d.t',
                errors: [
                  {
                    reason: 'accessDenied',
                    message:
                      'Access Denied: Table river:d.t: Permission bigquery.tables.updateData denied on table river:d.t',
                  },
                ],
              },
            },
          }
        : undefined;
    await expect(warehouse.checkWarehouse()).rejects.toThrow(
      /cannot be used as it is configured: Access Denied: .*bigquery\.tables\.updateData/,
    );
  }));

test('an emulator that BIGQUERY_EMULATOR_HOST names is filled, asked and checked as it is', async () => {
  vi.stubEnv('BIGQUERY_EMULATOR_HOST', `${cloudUrl('emulator')}/bigquery/v2`);
  const useAsItIs = async ({ warehouse, driver, schema, counted }: Dataset) => {
    for (const runId of ['run-1', 'run-2']) {
      const rows = [{ CustomerID: 'a', ActionID: 1, Amount: 1.5, Größe: runId }];
      const found = run(runId, 'replace');
      await loadAnswers(warehouse, found, [[first, [rows]]], sampleShape);
      expect(await counted()).toEqual({ [runId]: 1 });
    }
    expect((await driver.query(`select amount, größe from ${schema}.sample`)).rows).toEqual([
      { amount: '1.5', größe: 'run-2' },
    ]);
    const checked = [{ table: 'sample', load: 'replace', dayColumn: 'date' }] as const;
    expect(await warehouse.checkWarehouse(checked)).toMatch(/can be written to/);
  };
  try {
    await withDataset(useAsItIs, {});
  } finally {
    vi.unstubAllEnvs();
  }
});

test('a table that wants a filter on its partitions in each query is refused before anything is called, with what helps', () =>
  withDataset(async ({ warehouse, driver, schema }) => {
    await driver.createDataset(schema);
    await driver.query(
      `create table ${schema}.sample (date date, action_id int64, customer_id string) partition by date options (require_partition_filter = true)`,
    );
    await expect(warehouse.recordRun(run('run-1', 'replace'), [first], shapeFor('replace'))).rejects.toThrow(
      /^sample takes no query that names none of its partitions .*`alter table `test_\w+`\.`sample` set options \(require_partition_filter = false\)`/,
    );
  }));

test('`river check` waits as long as the jobs that it tries may take', () =>
  withDataset(async ({ setting }) => {
    const pauseMs = 6_000;
    gateway.decide = async (request) => {
      if (isScript(request) || request.path.startsWith('/upload')) await sleep(pauseMs);
      return undefined;
    };
    const configuration = await loadText(aFile);
    const lines = await checkAll({
      ...configuration,
      connections: new Map(),
      rivers: new Map(),
      warehouses: new Map([[setting.name, setting]]),
    });
    expect(lines.find(({ what }) => what === 'warehouse cloud')).toMatchObject({ ok: true });
  }));
