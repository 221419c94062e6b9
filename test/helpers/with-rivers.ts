import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { stringify } from 'yaml';
import { loadConfiguration } from '#config/load-configuration';
import { createConfigurations } from '#config/watch-configuration';
import { type RunEnd, waitForEnd } from '#control/run-end';
import { isServed } from '#control/shared-budget';
import { startRun } from '#control/start-run';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import type { RunResult } from '#domain/run/run-result';
import type { SimulatorOptions } from '#simulator/start-simulator';
import { type RunningWorker, startWorker, type WorkerOptions } from '#workers/start-worker';
import './share-workflow-thread.ts';
import { commandHere } from './command-here.ts';
import { withFolder } from './folder.ts';
import { type CommandEnd, type StartedCommand, startCommand } from './start-command.ts';
import { type TemporalCorner, withTemporal } from './temporal.ts';
import { variable } from './variable.ts';
import { type AskedSimulator, simulatorKey, withSimulator } from './with-simulator.ts';
import { postgresUrl, type WarehouseCorner, type WarehouseKind, withWarehouse } from './with-warehouse.ts';

export interface RiversOptions {
  readonly kind?: WarehouseKind;
  readonly simulator?: SimulatorOptions;
  /** As `river.yaml` has them; connection and warehouse are filled in where they are left out. */
  readonly rivers: Readonly<Record<string, object>>;
  /** Laid over the connection `main`. */
  readonly connection?: object;
  /** Further connections and warehouses, as `river.yaml` has them. */
  readonly more?: { readonly connections?: object; readonly warehouses?: object };
  /** Another way to Postgres than the straight one. */
  readonly warehouseUrl?: (url: string) => string;
  /** Settings of the Temporal server, by their dynamic-config names: it is one of its own then. */
  readonly temporal?: Readonly<Record<string, string>>;
  /** More of the environment that the configuration takes its variables from. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a worker runs in this process. Default true. */
  readonly worker?: boolean;
  /** When that worker tries again a warehouse that takes nothing. */
  readonly writeGates?: WorkerOptions['writeGates'];
}

/** Everything a person has who runs River: real Temporal, a warehouse, a simulated Optimove, a configuration file. */
export interface Rivers {
  readonly simulator: AskedSimulator;
  readonly temporal: TemporalCorner;
  readonly warehouse: WarehouseCorner;
  /** The configuration file. */
  readonly file: string;
  /** The environment of a person who sits before this. */
  readonly env: NodeJS.ProcessEnv;
  configuration(): Promise<Configuration>;
  /** Starts a run and waits for its end. */
  run(input: object, workflowId?: string): Promise<RunEnd>;
  /** The same, where it must succeed. */
  pull(input: object): Promise<RunResult>;
  /** `river …` as from a shell, but in this process. */
  river(...args: string[]): Promise<CommandEnd>;
  /**
   * Starts a worker in this process, stopped with the corner. What follows a worker that was killed needs no process of its own,
   * which takes two seconds of processor time.
   */
  work(): Promise<RunningWorker>;
  /** Starts `river …` in a process of its own, and gives it. Ended with the corner. */
  start(...args: string[]): StartedCommand;
  /** The same, with more in its environment. */
  startIn(env: NodeJS.ProcessEnv, ...args: string[]): StartedCommand;
  /** Asks the database itself. */
  sql(text: string): Promise<Record<string, unknown>[]>;
}

/** A roomy budget: tests of the budget set their own. */
export const freely = [
  { calls: 1_000_000, per: '1h' },
  { calls: 100_000, per: '1s' },
];

/** Fewer than 100 rows in a call: nobody has to ask what follows them, so the calls of a run can be counted. */
const smallAnswers = { rowsPerCall: [0, 6], customers: 300 } as const;

export async function withRivers<T>(options: RiversOptions, use: (rivers: Rivers) => Promise<T>): Promise<T> {
  return withTemporal(
    (temporal) =>
      withSimulator({ size: smallAnswers, ...options.simulator }, (simulator) =>
        withWarehouse(options.kind ?? 'pg', (warehouse) =>
          withFolder(async (folder) => {
            const file = join(folder, 'river.yaml');
            await writeFile(file, stringify(configurationOf(options, simulator, warehouse)));
            const env = {
              ...process.env,
              ...temporal.env,
              ...options.env,
              RIVER_CONFIG: file,
              SIMULATOR_KEY: simulatorKey,
              WAREHOUSE: (options.warehouseUrl ?? ((url) => url))(locationOf(warehouse.setting)),
              BOOKS: warehouse.setting.books && locationOf(warehouse.setting.books),
            };
            return withDoors({ options, simulator, temporal, warehouse, file, env }, use);
          }),
        ),
      ),
    options.temporal,
  );
}

interface Corner extends Pick<Rivers, 'simulator' | 'temporal' | 'warehouse' | 'file' | 'env'> {
  readonly options: RiversOptions;
}

async function withDoors<T>({ options, ...corner }: Corner, use: (rivers: Rivers) => Promise<T>): Promise<T> {
  const { temporal, warehouse, file, env } = corner;
  const started: StartedCommand[] = [];
  const startIn = (more: NodeJS.ProcessEnv, ...args: string[]) => {
    const command = startCommand(args, { ...env, ...more });
    started.push(command);
    return command;
  };
  const start = (...args: string[]) => startIn({}, ...args);
  const run = async (input: object, workflowId?: string) => {
    const client = {
      client: temporal.client,
      address: temporal.address,
      namespace: temporal.namespace,
      close: async () => {},
    };
    return waitForEnd(await startRun(client, { river: 'test', input, workflowId }));
  };
  const workers: RunningWorker[] = [];
  const work = async () => {
    const configurations = createConfigurations({ file, env });
    const worker = await startWorker({ configurations, temporal, writeGates: options.writeGates });
    workers.push(worker);
    return worker;
  };
  try {
    if (options.worker !== false) {
      await work();
      // Commands ask Temporal whether a worker is there, and it knows of none before its first poll.
      await vi.waitUntil(() => isServed(temporal.client), { timeout: 150_000, interval: 20 });
    }
    return await use({
      ...corner,
      configuration: () => loadConfiguration({ file, env }),
      run,
      async pull(input) {
        const end = await run(input);
        if (end.end !== 'succeeded') throw new Error(`the run did not succeed: ${JSON.stringify(end)}`);
        return end.result;
      },
      river: (...args) => commandHere(args, env),
      work,
      start,
      startIn,
      sql: (text) => warehouse.sql(text),
    });
  } finally {
    for (const command of started) command.kill('SIGKILL');
    for (const worker of workers) worker.stop();
    await Promise.all([...workers.map(({ done }) => done), ...started.map(({ end }) => end)]);
  }
}

function configurationOf(
  { rivers, connection, more }: RiversOptions,
  simulator: AskedSimulator,
  { setting }: WarehouseCorner,
) {
  return {
    connections: {
      main: {
        baseUrl: `${simulator.url}/current`,
        auth: { apiKey: variable('SIMULATOR_KEY') },
        budget: freely,
        ...connection,
      },
      ...more?.connections,
    },
    warehouses: {
      test: { ...warehouseOf(setting, 'WAREHOUSE'), ...(setting.books && { books: 'books' }) },
      ...(setting.books && { books: warehouseOf(setting.books, 'BOOKS') }),
      ...more?.warehouses,
    },
    defaults: { connection: 'main', target: { warehouse: 'test' } },
    rivers,
  };
}

function warehouseOf({ client, schema, connection }: WarehouseSetting, location: string) {
  // The emulator asks for no secret.
  if (client === 'bigquery' || client === 'snowflake')
    return { client, connection: connection.reveal(), schema };
  return client === 'pg'
    ? { client, connection: variable(location), schema }
    : { client, connection: { filename: variable(location) } };
}

function locationOf({ client, connection }: WarehouseSetting): string {
  if (client === 'bigquery' || client === 'snowflake') return '';
  return client === 'pg' ? postgresUrl() : (connection.reveal() as { filename: string }).filename;
}
