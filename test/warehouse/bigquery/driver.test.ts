import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { Secret } from '#domain/secret';
import { BigQueryDriver } from '#warehouse/bigquery/driver';
import { betweenColumns } from '#warehouse/bigquery/session';
import type { Tables } from '#warehouse/dialect';

interface Asked {
  readonly method: string;
  readonly path: string;
}

/** BigQuery as far as one query goes; `start` answers its start, or does not. */
async function withBigQuery<T>(
  start: (response: ServerResponse, starts: number) => void,
  use: (driver: BigQueryDriver, asked: readonly Asked[]) => Promise<T>,
  withinMs?: number,
): Promise<T> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const path = new URL(url, 'http://bigquery').pathname;
    asked.push({ method, path });
    request.resume();
    if (method === 'POST') return start(response, asked.filter((each) => each.method === 'POST').length);
    const jobReference = { projectId: 'p', jobId: path.split('/').at(-1), location: 'EU' };
    const schema = { fields: [{ name: 'n', type: 'INTEGER' }] };
    const done = {
      jobReference,
      jobComplete: true,
      status: { state: 'DONE' },
      schema,
      rows: [{ f: [{ v: '1' }] }],
    };
    answer(response, 200, done);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = new Secret({ projectId: 'p', location: 'EU', apiEndpoint: `http://127.0.0.1:${port}` });
  const setting = { name: 'lake', client: 'bigquery', connection, schema: 'd', keepCallsForMs: 0 } as const;
  try {
    return await use(new BigQueryDriver(() => setting, withinMs), asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

test(
  'a start that the driver sends again, because its answer was lost, is not taken for a failure',
  () =>
    withBigQuery(
      (response, starts) => {
        // It has reached BigQuery.
        if (starts === 1) return void response.destroy();
        const error = {
          code: 409,
          message: 'Already Exists: Job p:EU.river-1',
          errors: [{ reason: 'duplicate' }],
        };
        answer(response, 409, { error });
      },
      async (driver, asked) => {
        expect((await driver.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
        const starts = asked.filter(({ method }) => method === 'POST');
        expect(starts).toHaveLength(2);
      },
    ),
  30_000,
);

test(
  'a start that is never answered is looked for by its id',
  () =>
    withBigQuery(
      () => {},
      async (driver) => {
        expect((await driver.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
      },
      1_000,
    ),
  30_000,
);

test(
  'an upload that nobody takes fails in time',
  () =>
    withBigQuery(
      (response, starts) => {
        // The table of the chunk is made; its rows are not answered.
        const tableReference = { projectId: 'p', datasetId: 'd', tableId: 'rows' };
        if (starts === 1) answer(response, 200, { tableReference });
      },
      async (driver) => {
        const lines = async function* () {
          yield '{"n":1}\n';
        };
        const loading = driver.load('d', 'rows', [{ name: 'n', type: 'INT64' }], lines());
        await expect(loading).rejects.toThrow('BigQuery has not answered within 1 s');
      },
      200,
    ),
  30_000,
);

test.each([
  [undefined, ', add column '],
  ['http://127.0.0.1:9050', undefined],
])('new columns are added by one statement, one by one at an emulator: %s', (apiEndpoint, between) => {
  const connection = new Secret({ projectId: 'p', apiEndpoint });
  const driver = new BigQueryDriver(() => ({
    ...{ name: 'lake', client: 'bigquery', connection, schema: 'd', keepCallsForMs: 0 },
  }));
  expect(betweenColumns({ query: { client: { driver } } } as unknown as Tables)).toBe(between);
});

test("a key is named to the driver without a word into the worker's log", async () => {
  const connection = new Secret({
    projectId: 'p',
    credentials: '{"client_email":"a@b.c","private_key":"k"}',
  });
  const setting = { name: 'lake', client: 'bigquery', connection, schema: 'd', keepCallsForMs: 0 } as const;
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    await new BigQueryDriver(() => setting).connect();
    expect(warned).not.toHaveBeenCalled();
  } finally {
    warned.mockRestore();
  }
});
