/**
 * Loads made-up rows into a scratch schema of a warehouse, in every way that River loads, compares what stands there, and removes it:
 *   npm run try:warehouse -- <warehouse> [--config river.yaml]
 * For a database that the tests only know emulated. The last lines are a report to attach to an issue.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment } from '#config/environment';
import { loadConfiguration } from '#config/load-configuration';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { connectDatabase } from '#warehouse/database';
import { openWarehouse, type WarehouseOptions } from '#warehouse/open-warehouse';
import {
  type Checked,
  warehouseChecks as checks,
  type WarehouseCheck,
} from '../test/helpers/warehouse-checks.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string' } },
});
const [name] = positionals;
if (name === undefined) {
  process.stderr.write('Usage: npm run try:warehouse -- <warehouse> [--config river.yaml]\n');
  process.exitCode = 2;
} else process.exitCode = await tryWarehouse(name);

async function tryWarehouse(warehouse: string): Promise<number> {
  const { warehouses } = await loadConfiguration({
    file: values.config ?? 'river.yaml',
    env: readEnvironment().variables,
  });
  const given = warehouses.get(warehouse);
  if (!given) {
    process.stderr.write(
      `There is no warehouse ${warehouse}, there is ${[...warehouses.keys()].join(', ')}.\n`,
    );
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'river-try-'));
  const setting = toScratch(given, folder);
  const said: string[] = [];
  const say = (line: string) => {
    said.push(line);
    process.stdout.write(`${line}\n`);
  };
  let failed = 0;
  try {
    say(
      `warehouse: ${given.client}, scratch schema ${setting.schema ?? 'a file'}, Node ${process.version}, ${new Date().toISOString()}`,
    );
    const open = (options?: WarehouseOptions) => openWarehouse(setting, options);
    const opened = await open();
    try {
      for (const check of checks) failed += await report(check, { warehouse: opened, open }, say);
    } finally {
      await opened.close();
    }
  } finally {
    await removeScratch(setting);
    await rm(folder, { recursive: true, force: true });
  }
  say(
    failed === 0
      ? `All ${checks.length} checks have passed.`
      : `${failed} of ${checks.length} checks have failed.`,
  );
  process.stdout.write(`\n--- report ---\n${said.join('\n')}\n`);
  return failed === 0 ? 0 : 1;
}

/** One line for each check; says how many have failed. */
async function report(check: WarehouseCheck, checked: Checked, say: (line: string) => void): Promise<number> {
  const startedAt = performance.now();
  try {
    await check.run(checked);
    say(`passed  ${check.title} (${seconds(startedAt)})`);
    return 0;
  } catch (error) {
    say(`FAILED  ${check.title} (${seconds(startedAt)}): ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** The same database with a schema of its own, whose books are a file of its own. */
function toScratch(given: WarehouseSetting, folder: string): WarehouseSetting {
  const file = (of: string) => new Secret<unknown>({ filename: join(folder, of) });
  if (given.client === 'better-sqlite3') return { ...given, connection: file('warehouse.db') };
  const schema = `river_try_${randomBytes(4).toString('hex')}`;
  const books: WarehouseSetting = {
    name: 'books',
    client: 'better-sqlite3',
    connection: file('books.db'),
    schema: undefined,
    keepCallsForMs: given.keepCallsForMs,
  };
  return { ...given, schema, ...(given.books && { books }) };
}

async function removeScratch(setting: WarehouseSetting): Promise<void> {
  if (setting.schema === undefined) return;
  const database = connectDatabase(setting);
  try {
    await database.read(({ query }) =>
      query.raw('drop schema if exists ?? cascade', [String(setting.schema)]),
    );
  } finally {
    await database.close();
  }
}
