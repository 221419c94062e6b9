/**
 * `npm run bench:waiting`: what rivers that wait for quota keep others from. Two hundred of them wait for a connection
 * whose calls of this hour are made, more than a worker keeps in its cache; then a run of another connection, by the same
 * one worker, beside how long the same run took before there was anybody else. Real Temporal, worker and SQLite.
 *
 * `--rivers 200` says how many.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { withTemporal } from '#control/connect-temporal';
import { waitForEnd } from '#control/run-end';
import { startRun } from '#control/start-run';
import { startLocalServices } from '#workers/local-services';
import { variable } from '../test/helpers/variable.ts';

const { values: options } = parseArgs({ options: { rivers: { type: 'string', default: '200' } } });
const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
const apiKey = 'key-of-the-bench';
const env: NodeJS.ProcessEnv = { ...process.env, BENCH_KEY: apiKey };
const waiting = Array.from({ length: Number(options.rivers) }, (_, k) => `waits-${k}`);
const services = await startLocalServices({
  temporal: { ui: false, cli: env.TEMPORAL_CLI },
  simulator: { port: 0, auth: { apiKey } },
  env,
  async configuration({ url }) {
    const file = join(folder, 'river.yaml');
    await writeFile(file, stringify(configurationFor(url)));
    return file;
  },
  say: (line) => process.stderr.write(`${line}\n`),
});
try {
  await withTemporal(async (temporal) => {
    const start = (river: string) => startRun(temporal, { river, input: { river } });
    const took = async (river: string) => {
      const startedAt = performance.now();
      const end = await waitForEnd(await start(river));
      if (end.end !== 'succeeded') throw new Error(`${river}: ${JSON.stringify(end)}`);
      return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    };
    /** Not ended, nothing of it under way or to come, nothing to be decided: its timer alone. */
    const doesWait = async (id: string) => {
      const { raw, status } = await temporal.client.workflow.getHandle(id).describe();
      if (status.name !== 'RUNNING') throw new Error(`${id} is ${status.name}`);
      return (raw.pendingActivities ?? []).length === 0 && !raw.pendingWorkflowTask;
    };
    const count = async (ids: readonly string[]) =>
      (await Promise.all(ids.map(doesWait))).filter((isSo) => isSo).length;

    await took('first');
    say(`A run of five calls, alone: ${await took('other')}`);
    const startedAt = performance.now();
    const ids = await Promise.all(waiting.map(async (river) => (await start(river)).workflowId));
    for (const id of ids) while (!(await doesWait(id))) await sleep(250);
    const settled = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`${await count(ids)} of ${ids.length} rivers wait, and hold no activity, after ${settled} s`);
    say(`A run of five calls of another connection: ${await took('again')}`);
    say(`${await count(ids)} of them still wait`);
  }, services.temporal);
} finally {
  await services.stop();
  await rm(folder, { recursive: true, force: true });
}

function configurationFor(url: string): object {
  const auth = { apiKey: variable('BENCH_KEY') };
  const riverOf = (table: string, days: number, connection: string) => ({
    connection,
    report: 'promo-codes',
    period: { start: '2026-01-01', end: `2026-01-0${days}` },
    target: { table },
  });
  return {
    connections: {
      main: { baseUrl: `${url}/current`, auth, budget: [{ calls: 2, per: '1h' }] },
      // The same API by another name.
      second: { baseUrl: `${url.replace('127.0.0.1', 'localhost')}/current`, auth },
    },
    warehouses: { bench: { client: 'better-sqlite3', connection: { filename: join(folder, 'bench.db') } } },
    defaults: { target: { warehouse: 'bench' } },
    rivers: {
      first: riverOf('first', 2, 'main'),
      ...Object.fromEntries(waiting.map((river, k) => [river, riverOf(`waits_${k}`, 1, 'main')])),
      other: riverOf('other', 5, 'second'),
      again: riverOf('again', 5, 'second'),
    },
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
