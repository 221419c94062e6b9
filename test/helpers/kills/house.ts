import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { type RunHandle, startRun } from '#control/start-run';
import { type Simulator, startSimulator } from '#simulator/start-simulator';
import { withFolder } from '../folder.ts';
import { startPostgres } from '../postgres.ts';
import { type TcpProxy, withTcpProxy } from '../tcp-proxy.ts';
import { variable } from '../variable.ts';
import { type AskDatabase, askDatabases } from './databases.ts';
import { type KeptWorker, keepWorker } from './kept-worker.ts';
import { startKillableTemporal } from './killable-temporal.ts';
import type { DatabaseKind } from './rivers.ts';

/** A service that can be killed, and started again on what it had. */
export interface KillableService {
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  /** The only way by which the workers reach it. */
  readonly way: TcpProxy;
}

/** Everything that a run needs, each in a process of its own that can be killed. The simulator alone lives in this one, and counts. */
export interface KillHouse {
  readonly simulator: Simulator;
  readonly workers: readonly KeptWorker[];
  readonly temporal: KillableService;
  readonly postgres: KillableService;
  /** Past the ways that are cut. */
  readonly ask: Readonly<Record<DatabaseKind, AskDatabase>>;
  start(river: string): Promise<RunHandle>;
}

export interface KillHouseOptions {
  /** As river.yaml has them; their warehouses are `sqlite`, `pg` and `apart`. */
  readonly rivers: Readonly<Record<string, object>>;
  readonly workers: number;
  readonly latencyMs?: number | readonly [number, number];
}

/** Calls that a worker has in flight at most. */
export const callsOfWorker = 8;

const apiKey = 'key-of-the-tormented';

export async function withKillHouse<T>(
  options: KillHouseOptions,
  use: (house: KillHouse) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const postgres = await startPostgres({ durable: true });
      ends.push(() => postgres.stop());
      const temporal = await startKillableTemporal(join(folder, 'temporal.db'));
      ends.push(() => temporal.stop());
      const simulator = await startSimulator({
        auth: { apiKey },
        limits: [],
        latencyMs: options.latencyMs ?? [20, 120],
        lastDataUpdate: '2026-12-31',
        size: { rowsPerCall: [1, 30] },
      });
      ends.push(() => simulator.stop());
      const connection = await Connection.connect({ address: temporal.address });
      ends.push(() => connection.close());
      const client = new Client({ connection });
      return await withWay(postgres.url, (wayToPostgres) =>
        withWay(`http://${temporal.address}`, async (wayToTemporal) => {
          const filename = join(folder, 'warehouse.db');
          const file = join(folder, 'river.yaml');
          await writeFile(file, configurationOf(simulator, filename, options.rivers));
          const env = {
            ...process.env,
            KILLS_KEY: apiKey,
            KILLS_WAREHOUSE: postgres.url.replace(/:\d+\//, `:${wayToPostgres.port}/`),
          };
          const workers = Array.from({ length: options.workers }, () =>
            keepWorker([file, `127.0.0.1:${wayToTemporal.port}`], env),
          );
          try {
            await Promise.all(workers.map((worker) => worker.works()));
            return await use({
              simulator,
              workers,
              temporal: { ...temporal, way: wayToTemporal },
              postgres: { ...postgres, way: wayToPostgres },
              ask: askDatabases({ filename, url: postgres.url }),
              start: (river) =>
                startRun(
                  { client, address: temporal.address, namespace: 'default', close: async () => {} },
                  { river, input: { river } },
                ),
            });
          } finally {
            await Promise.all(workers.map((worker) => worker.stop()));
          }
        }),
      );
    } finally {
      for (const end of ends.reverse()) await end();
    }
  });
}

function withWay<T>(url: string, use: (way: TcpProxy) => Promise<T>): Promise<T> {
  const { hostname: host, port } = new URL(url);
  return withTcpProxy({ host, port: Number(port) }, use);
}

function configurationOf(simulator: Simulator, filename: string, rivers: object): string {
  return stringify({
    connections: {
      main: {
        baseUrl: `${simulator.url}/current`,
        auth: { apiKey: variable('KILLS_KEY') },
        maxConcurrentCalls: callsOfWorker,
        budget: [{ calls: 100_000, per: '1s' }],
      },
    },
    warehouses: {
      sqlite: { client: 'better-sqlite3', connection: { filename } },
      pg: { client: 'pg', connection: variable('KILLS_WAREHOUSE'), schema: 'tormented' },
      apart: { client: 'pg', connection: variable('KILLS_WAREHOUSE'), schema: 'lake', books: 'pg' },
    },
    defaults: { connection: 'main' },
    rivers,
  });
}
