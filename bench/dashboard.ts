/**
 * How long the dashboard takes to answer, with 100 rivers over three years: npm run bench:dashboard
 * Prints for each page how long its first answer took and the slowest and median of the next ones, and how much processor time
 * they took together with their reader (what counts on a busy machine), for SQLite and Postgres. Temporal is not reached:
 * what is measured is the manifest and the page.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveDashboard } from '#dashboard/serve-dashboard';
import { addDays } from '#domain/period/date-range';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import { RiverSetting } from '#domain/river/river';
import { Secret } from '#domain/secret';
import { startPostgres } from '../test/helpers/postgres.ts';
import { seedManifest } from '../test/helpers/seed-manifest.ts';

const { values } = parseArgs({
  options: { rivers: { type: 'string', default: '100' }, days: { type: 'string', default: '1095' } },
});
const rounds = 8;
const folder = await mkdtemp(join(tmpdir(), 'river-dashboard-'));
const settings: WarehouseSetting[] = [
  {
    name: 'sqlite',
    client: 'better-sqlite3',
    connection: new Secret({ filename: join(folder, 'warehouse.db') }),
    schema: undefined,
    keepCallsForMs: 90 * 86_400_000,
  },
];
const postgres = await startPostgres({ durable: true });
settings.push({
  name: 'postgres',
  client: 'pg',
  connection: new Secret(postgres.url),
  schema: 'dashboard',
  keepCallsForMs: 90 * 86_400_000,
});
try {
  for (const setting of settings) await measure(setting);
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true });
}

async function measure(setting: WarehouseSetting): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const rivers = Array.from({ length: Number(values.rivers) }, (_, at) => ({
    name: `river-${String(at).padStart(3, '0')}`,
    ...RiverSetting.parse({
      report: 'customers-by-action',
      connection: 'main',
      period: { start: '2024-01-01' },
      target: { warehouse: setting.name, table: `table_${at}` },
    }),
  }));
  const days = { start: addDays(today, -Number(values.days)), end: addDays(today, -1) };
  const begun = performance.now();
  await seedManifest(setting, { rivers, days, callsARun: 30 });
  process.stdout.write(
    `${setting.name}: ${rivers.length} rivers, ${values.days} days, seeded in ${((performance.now() - begun) / 1000).toFixed(0)} s\n`,
  );
  const configuration = {
    file: 'river.yaml',
    connections: new Map(),
    warehouses: new Map([[setting.name, setting]]),
    rivers: new Map(rivers.map((river) => [river.name, river])),
    salts: new Map(),
    notifications: new Map(),
    findProxy: () => undefined,
  } satisfies Configuration;
  const dashboard = await serveDashboard({
    host: '127.0.0.1',
    port: 0,
    configuration: async () => configuration,
    temporal: { address: '127.0.0.1:1', namespace: 'default' },
    webUi: undefined,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const year = today.slice(0, 4);
  const month = addDays(today, -40).slice(0, 7);
  try {
    for (const path of [
      '/',
      '/?from=50',
      '/rivers/river-007',
      `/rivers/river-008?days=${Number(year) - 1}`,
      `/rivers/river-009?days=${month}`,
      '/runs',
      '/runs?state=failed',
      `/runs/river-004-${today}T06:00:00Z`,
    ])
      await measurePage(dashboard.url, path);
  } finally {
    await dashboard.stop();
  }
}

async function measurePage(url: string, path: string): Promise<void> {
  const took: number[] = [];
  const processor: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const used = process.cpuUsage();
    const answer = await fetch(url + path);
    bytes = (await answer.text()).length;
    took.push(performance.now() - begun);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1000);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    // Longer than an answer is remembered, for every other round: each of those reads anew.
    if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 2_100));
  }
  process.stdout.write(
    `${describe(took)}   processor: ${describe(processor)}   ${(bytes / 1024).toFixed(0).padStart(3)} KB  ${path}\n`,
  );
}

/** The first of them, and of the others the slowest and the one in the middle, in milliseconds. */
function describe([first = 0, ...others]: readonly number[]): string {
  const sorted = others.toSorted((one, other) => one - other);
  const ms = (value = 0) => value.toFixed(0).padStart(4);
  return `first ${ms(first)} slowest ${ms(sorted.at(-1))} median ${ms(sorted[Math.floor(sorted.length / 2)])} ms`;
}
