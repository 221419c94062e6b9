import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import knex from 'knex';
import { stringify } from 'yaml';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import type { BudgetWindow } from '#domain/budget/window';
import { type Simulator, startSimulator } from '#simulator/start-simulator';
import { startTemporalServer } from '#workers/services/temporal-server';
import { startPostgres } from '../../test/helpers/postgres.ts';
import { variable } from '../../test/helpers/variable.ts';
import { say } from '../budget/house.ts';
import type { LongRiver } from './rivers.ts';
import { type MeasuredWorker, startMeasuredWorker } from './worker.ts';

/** A real Temporal server, Postgres, an API that enforces its windows, and a worker process. */
export interface House {
  readonly simulator: Simulator;
  readonly worker: MeasuredWorker;
  readonly client: Client;
  readonly address: string;
  readonly budgetId: string;
  /** Rows that stand in the river's table. */
  countRows(): Promise<number>;
}

const [apiKey, connectionName, schema] = ['key-of-the-bench', 'long', 'bench'];

export async function withHouse<T>(
  river: LongRiver,
  windows: readonly BudgetWindow[],
  use: (house: House) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
  const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const postgres = await startPostgres();
    ends.push(() => postgres.stop());
    const simulator = await startSimulator({
      auth: { apiKey },
      limits: windows,
      firstDay: '1998-01-01',
      lastDataUpdate: '2100-01-01',
      size: { rowsPerCall: [0, 4] },
    });
    ends.push(() => simulator.stop());
    const temporal = await startTemporalServer({ ui: false, cli: process.env.TEMPORAL_CLI, say });
    ends.push(() => temporal.stop());
    const file = join(folder, 'river.yaml');
    await writeFile(file, stringify(configurationFor(river, windows, `${simulator.url}/current`)));
    const env = { ...process.env, BENCH_KEY: apiKey, BENCH_WAREHOUSE: postgres.url };
    const worker = await startMeasuredWorker([file, temporal.address], env);
    ends.push(() => worker.stop());
    const connection = await Connection.connect({ address: temporal.address });
    ends.push(() => connection.close());
    const database = knex({ client: 'pg', connection: postgres.url });
    ends.push(() => database.destroy());
    return await use({
      simulator,
      worker,
      client: new Client({ connection }),
      address: temporal.address,
      budgetId: budgetWorkflowId(connectionName),
      async countRows() {
        const [row] = await database.withSchema(schema).from(`of_${river.name}`).count({ n: '*' });
        return Number(row?.n);
      },
    });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

function configurationFor(river: LongRiver, windows: readonly BudgetWindow[], baseUrl: string) {
  return {
    connections: {
      [connectionName]: {
        baseUrl,
        auth: { apiKey: variable('BENCH_KEY') },
        budget: windows.map(({ calls, perMs }) => ({ calls, per: `${perMs / 1000}s` })),
      },
    },
    warehouses: { bench: { client: 'pg', connection: variable('BENCH_WAREHOUSE'), schema } },
    defaults: { connection: connectionName, target: { warehouse: 'bench' } },
    rivers: { [river.name]: river.setting },
  };
}
