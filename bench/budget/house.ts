import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { startRun } from '#control/start-run';
import type { BudgetWindow } from '#domain/budget/window';
import type { RunResult } from '#domain/run/run-result';
import { type Simulator, startSimulator } from '#simulator/start-simulator';
import { bestClockShifter, clockAhead } from '../../test/helpers/clock-ahead.ts';
import { startKillableTemporal } from '../../test/helpers/kills/killable-temporal.ts';
import { startPostgres } from '../../test/helpers/postgres.ts';
import { variable } from '../../test/helpers/variable.ts';
import { type Api, apis, type Rivers, riversOf } from './rivers.ts';

/** A run under way: its workflow id, and what came of it. */
export interface Run {
  readonly startedAt: number;
  readonly ended: Promise<{ readonly endedAt: number; readonly result: RunResult }>;
}

/** Real worker processes, a real Temporal server and warehouse, and APIs that enforce their windows exactly. */
export interface House {
  /** One for each thing that is measured, with windows that are empty before. */
  readonly simulators: Readonly<Record<Api, Simulator>>;
  readonly rivers: Rivers;
  run(river: string): Promise<Run>;
  /** `kill -9` of one, and another in its place. */
  replaceWorker(which: number): Promise<void>;
  stopForMs(which: number, ms: number): Promise<void>;
  /** `kill -9` of the Temporal server, which is started again at once. */
  restartTemporal(): Promise<void>;
}

export interface HouseOptions {
  readonly workers: number;
  readonly windows: readonly BudgetWindow[];
  /** Calls of the backfill, and of each of ten equal rivers. */
  readonly calls: number;
}

const program = fileURLToPath(new URL('../budget.ts', import.meta.url));
const apiKey = 'key-of-the-bench';
/** By how much the clocks of workers are ahead of the server's and the API's. */
const aheadMs = [300_000, -300_000, 0];

export async function withHouse<T>(
  { workers: count, windows, calls }: HouseOptions,
  use: (house: House) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
  const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const postgres = await startPostgres();
    ends.push(() => postgres.stop());
    const simulators = await startSimulators(windows);
    ends.push(() => Promise.all(Object.values(simulators).map((simulator) => simulator.stop())));
    const temporal = await startKillableTemporal(join(folder, 'temporal.db'));
    ends.push(() => temporal.stop());

    const rivers = riversOf(calls);
    const file = join(folder, 'river.yaml');
    await writeFile(
      file,
      stringify({
        connections: Object.fromEntries(
          apis.map((api) => [
            api,
            {
              baseUrl: `${simulators[api].url}/current`,
              auth: { apiKey: variable('BENCH_KEY') },
              budget: windows.map(({ calls: most, perMs }) => ({ calls: most, per: `${perMs / 1000}s` })),
            },
          ]),
        ),
        warehouses: { bench: { client: 'pg', connection: variable('BENCH_WAREHOUSE'), schema: 'bench' } },
        defaults: { target: { warehouse: 'bench' } },
        rivers: rivers.all,
      }),
    );
    const env = { ...process.env, BENCH_KEY: apiKey, BENCH_WAREHOUSE: postgres.url };
    const children = new Set<ChildProcess>();
    ends.push(() => Promise.all([...children].map(kill)));
    const startWorker = (which: number) => {
      const ahead = clockAhead(aheadMs[which % aheadMs.length] ?? 0, bestClockShifter);
      return startWorkerProcess([file, temporal.address], { ...env, ...ahead }, children);
    };
    const workers = await Promise.all(Array.from({ length: count }, (_, which) => startWorker(which)));

    const connection = await Connection.connect({ address: temporal.address });
    ends.push(() => connection.close());
    const client = new Client({ connection });
    return await use({
      simulators,
      rivers,
      async run(river) {
        const startedAt = Date.now();
        const here = { client, address: temporal.address, namespace: 'default', close: async () => {} };
        const handle = await startRun(here, { river, input: { river } });
        return { startedAt, ended: endOf(client, handle.workflowId) };
      },
      async replaceWorker(which) {
        const worker = workers[which];
        if (worker) await kill(worker);
        workers[which] = await startWorker(which);
      },
      async stopForMs(which, ms) {
        const worker = workers[which];
        worker?.kill('SIGSTOP');
        await sleep(ms);
        worker?.kill('SIGCONT');
      },
      async restartTemporal() {
        await temporal.kill();
        await temporal.startAgain();
      },
    });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function startSimulators(windows: readonly BudgetWindow[]): Promise<Record<Api, Simulator>> {
  const start = () =>
    startSimulator({
      auth: { apiKey },
      limits: windows,
      latencyMs: [50, 200],
      lastDataUpdate: '2026-12-31',
      size: { rowsPerCall: [1, 20] },
    });
  const started = await Promise.all(apis.map(async (api) => [api, await start()] as const));
  return Object.fromEntries(started) as Record<Api, Simulator>;
}

/** A worker of its own process; here once it works. One that finds no Temporal server, because it restarts, is started again. */
async function startWorkerProcess(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
  children: Set<ChildProcess>,
): Promise<ChildProcess> {
  for (let attempt = 1; attempt < 10; attempt += 1) {
    const child = spawn(process.execPath, [program, 'worker', ...parameters], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    children.add(child);
    // What a worker complains of while it is tormented is no figure.
    child.stderr.resume();
    const works = once(child.stdout, 'data').then(() => true);
    if (await Promise.race([works, once(child, 'exit').then(() => false)])) return child;
    await sleep(1_000);
  }
  throw new Error('a worker ends before it works');
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Asks again and again, for the server may be away in between. */
async function endOf(client: Client, workflowId: string) {
  const handle = client.workflow.getHandle<() => Promise<RunResult>>(workflowId);
  for (;;) {
    const status = await handle.describe().then(
      (description) => description.status.name,
      () => 'RUNNING',
    );
    if (status !== 'RUNNING') {
      const endedAt = Date.now();
      return { endedAt, result: await handle.result() };
    }
    await sleep(250);
  }
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
