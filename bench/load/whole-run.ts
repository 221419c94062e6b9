/**
 * A whole run as a person starts it: a real Temporal server, a worker process, an API that has its pages ready, and an older interval
 * that is replaced. What the worker and its children hold is read from the system all the while.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { startTemporalServer } from '#workers/services/temporal-server';
import { variable } from '../../test/helpers/variable.ts';
import type { Figures } from './measure.ts';
import { type Division, day, pagesOf } from './pages.ts';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The second of two runs of the same day, over a worker that has done nothing else. */
export async function runWhole(
  folder: string,
  database: { readonly client: string; readonly connection: unknown },
  rows: number,
  division: Division,
): Promise<Figures> {
  await mkdir(folder, { recursive: true });
  const ends: (() => unknown)[] = [];
  try {
    const api = await serve(rows, division);
    ends.push(() => api.close());
    const temporal = await startTemporalServer({ ui: false, cli: process.env.TEMPORAL_CLI, say: () => {} });
    ends.push(() => temporal.stop());
    const file = join(folder, 'river.yaml');
    await writeFile(file, stringify(configurationFor(api.url, division.rowsOfPage, database)));
    const env = { ...process.env, BENCH_KEY: 'key-of-the-bench', TEMPORAL_ADDRESS: temporal.address };
    const worker = spawn(process.execPath, [program, 'worker', '--config', file], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    ends.push(async () => {
      const gone = once(worker, 'exit');
      worker.kill('SIGKILL');
      await gone;
    });
    const connection = await Connection.connect({ address: temporal.address });
    ends.push(() => connection.close());
    const client = new Client({ connection });
    const run = async (id: string) => {
      const began = performance.now();
      const result = await client.workflow.execute('riverRun', {
        taskQueue: 'river',
        workflowId: id,
        args: [{ river: 'bench' }],
      });
      if (result.rows !== rows) throw new Error(JSON.stringify(result));
      return performance.now() - began;
    };
    const memory = watchMemory(worker.pid as number);
    ends.push(() => memory.stop());
    // It polls once its workflows are bundled and its threads have begun.
    while (!(await isPolled(client))) await sleep(250);
    await memory.settled();
    const baseKilobytes = memory.now();
    await run('first');
    const before = processorMs(worker.pid as number);
    const milliseconds = await run('second');
    const worked = processorMs(worker.pid as number) - before;
    return { rows, milliseconds, baseKilobytes, peakKilobytes: memory.most(), processorMs: worked };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

const configurationFor = (url: string, pageSize: number, warehouse: object) => ({
  connections: {
    main: {
      baseUrl: `${url}/current`,
      auth: { apiKey: variable('BENCH_KEY') },
      budget: [{ calls: 100_000, per: '1h' }],
      pageSize,
    },
  },
  warehouses: { bench: warehouse },
  defaults: { connection: 'main', target: { warehouse: 'bench' } },
  rivers: {
    bench: {
      report: 'customers-by-action',
      period: { start: day, end: day },
      filters: { actions: [12], customerAttributes: ['Country', 'Currency', 'LifecycleStage'] },
      target: { table: 'customers_by_action' },
    },
  },
});

/** The bodies are made before anything is measured. */
async function serve(rows: number, division: Division) {
  const bodies = new Map<string, Buffer>();
  for (const { call, page, body } of pagesOf(rows, division))
    bodies.set(`${call.parameters.RecipientGroupID} ${page * division.rowsOfPage}`, body);
  const nothing = Buffer.from('[]');
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://bench');
    const isData = pathname.endsWith('/GetCustomersByAction');
    const of = `${searchParams.get('RecipientGroupID')} ${searchParams.get('$skip')}`;
    const body = isData ? (bodies.get(of) ?? nothing) : Buffer.from(JSON.stringify([{ Date: '2100-01-01' }]));
    response.setHeader('content-type', 'application/json').end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function isPolled({ connection, options: { namespace } }: Client): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: 'river' },
    taskQueueType: 1,
  });
  return (pollers ?? []).length > 0;
}

/** What the process has computed, in the system and for itself; its clock ticks a hundred times a second. */
function processorMs(pid: number): number {
  const stat = tryRead(`/proc/${pid}/stat`);
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) * 10;
}

/** What a process and its children hold, as the system says it. */
function watchMemory(pid: number) {
  let most = 0;
  const now = () => listTree(pid).reduce((sum, each) => sum + residentOf(each), 0);
  const timer = setInterval(() => {
    most = Math.max(most, now());
  }, 50);
  return {
    now,
    most: () => most,
    stop: () => clearInterval(timer),
    /** Once it has not changed for three seconds. */
    async settled() {
      for (let [last, since] = [now(), performance.now()]; performance.now() - since < 3_000; ) {
        await sleep(250);
        if (Math.abs(now() - last) > 2_048) [last, since] = [now(), performance.now()];
      }
      most = 0;
    },
  };
}

function listTree(pid: number): number[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = tryRead(`/proc/${name}/stat`);
    return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
  });
  const tree = [pid];
  for (const each of tree) for (const [child, parent] of parents) if (parent === each) tree.push(child);
  return tree;
}

const residentOf = (pid: number): number =>
  Number(/VmRSS:\s*(\d+)/.exec(tryRead(`/proc/${pid}/status`))?.[1] ?? 0);

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}
