/**
 * `npm run bench:plan`: how near `river plan` comes to what a run then takes. Five rivers, one after the other, so that
 * each but the first is planned for a budget that is in use; then one that is planned while another is under way. Real
 * Temporal, worker and SQLite; a simulator that enforces compressed windows exactly (400 calls a minute and 30 in 3 s).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfiguration } from '#config/load-configuration';
import { withTemporal } from '#control/connect-temporal';
import { planRiver } from '#control/plan-river';
import { waitForEnd } from '#control/run-end';
import { createBudgets } from '#control/shared-budget';
import { startRun } from '#control/start-run';
import { startLocalServices } from '#workers/local-services';
import { variable } from '../test/helpers/variable.ts';

const limits = [
  { calls: 400, perMs: 60_000 },
  { calls: 30, perMs: 3_000 },
];
const days = (end: string) => ({ start: '2026-01-01', end });
const rivers = {
  actions: {
    report: 'customers-by-action',
    period: days('2026-01-06'),
    filters: { actions: ['Free Spins', 15] },
  },
  groups: { report: 'actions-by-target-group', period: days('2026-01-31') },
  codes: { report: 'promo-codes', period: days('2026-06-30') },
  details: { report: 'customer-action-details-by-date', period: days('2026-04-30') },
  large: { report: 'customers-by-action', period: days('2026-01-30'), filters: { actions: [12] } },
};
type Name = keyof typeof rivers;

const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
const apiKey = 'key-of-the-bench';
const env: NodeJS.ProcessEnv = { ...process.env, BENCH_KEY: apiKey };
const file = join(folder, 'river.yaml');
const services = await startLocalServices({
  temporal: { ui: false, cli: env.TEMPORAL_CLI },
  simulator: { port: 0, auth: { apiKey }, limits, latencyMs: [20, 80] },
  env,
  async configuration({ url }) {
    await writeFile(file, stringify(configurationFor(`${url}/current`)));
    return file;
  },
  say: (line) => process.stderr.write(`${line}\n`),
});
try {
  const configuration = await loadConfiguration({ file, env });
  await withTemporal(async (temporal) => {
    const planned = async (name: Name) => {
      const river = configuration.rivers.get(name);
      if (!river) throw new Error(`no river ${name}`);
      const at = new Date().toISOString();
      const budgets = await createBudgets(temporal.client, [...configuration.connections.values()]);
      if (!budgets) throw new Error('the worker does not answer');
      return planRiver(configuration, river, { at, budgets });
    };
    const start = (river: Name) => startRun(temporal, { river, input: { river } });
    const measure = async (name: Name, beside: string) => {
      const { calls, seconds } = await planned(name);
      const startedAt = Date.now();
      const handle = await start(name);
      const end = await waitForEnd(handle);
      if (end.end !== 'succeeded') throw new Error(`${name}: ${JSON.stringify(end)}`);
      const took = (Date.now() - startedAt) / 1000;
      const reckoned = (calls.list ?? 0) + (calls.data ?? 0);
      say([name, beside, reckoned, end.result.calls ?? '', seconds ?? '', took, took / (seconds ?? 0)]);
    };

    say(['river', 'beside', 'calls', 'made', 'planned s', 'took s', 'took ÷ planned']);
    for (const name of Object.keys(rivers) as Name[]) await measure(name, '');
    const other = await start('large');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await measure('codes', 'large');
    await waitForEnd(other);
  }, services.temporal);
} finally {
  await services.stop();
  await rm(folder, { recursive: true, force: true });
}

function configurationFor(baseUrl: string): object {
  return {
    connections: {
      main: {
        baseUrl,
        auth: { apiKey: variable('BENCH_KEY') },
        budget: limits.map(({ calls, perMs }) => ({ calls, per: `${perMs / 1000}s` })),
      },
    },
    warehouses: { bench: { client: 'better-sqlite3', connection: { filename: join(folder, 'bench.db') } } },
    defaults: { connection: 'main', target: { warehouse: 'bench' } },
    rivers: Object.fromEntries(
      Object.entries(rivers).map(([name, river]) => [
        name,
        { ...river, chunks: { every: 'daily', size: 7 }, target: { table: name } },
      ]),
    ),
  };
}

function say(cells: readonly (string | number)[]): void {
  const text = cells.map((cell) =>
    (typeof cell === 'number' && !Number.isInteger(cell) ? cell.toFixed(3) : String(cell)).padEnd(12),
  );
  process.stdout.write(`${text.join(' ').trimEnd()}\n`);
}
