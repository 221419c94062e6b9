/**
 * `npm run bench:load`: rows a second from the bytes of pages, as HTTP brings them, to committed rows (read, fitted,
 * staged, committed), beside `knex.batchInsert` of the same rows, which it is given as objects. Each figure comes
 * from a process of its own, so that its peak memory is its own as well.
 *
 * `--rows 300000` says how many; a chunk four times as big follows, to show what that does to memory.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startPostgres } from '../test/helpers/postgres.ts';
import { type Figures, measureBatchInsert, measureRiver } from './load/measure.ts';

const self = fileURLToPath(import.meta.url);
const run = promisify(execFile);

const { values: options, positionals } = parseArgs({
  options: { rows: { type: 'string', default: '300000' } },
  allowPositionals: true,
});
const [way, client, connection] = positionals;
const rows = Number(options.rows);

if (way === undefined) await compare();
else if ((client === 'pg' || client === 'better-sqlite3') && connection !== undefined) {
  const measure = way === 'river' ? measureRiver : measureBatchInsert;
  process.stdout.write(JSON.stringify(await measure(client, connection, rows)));
} else throw new Error(`bench/load.ts does not know ${positionals.join(' ')}`);

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
  const postgres = await startPostgres({ durable: true });
  try {
    say(['', 'rows', 'rows a second', 'batchInsert = 1', 'peak memory']);
    for (const [title, kind, place] of [
      ['SQLite', 'better-sqlite3', (name: string) => join(folder, `${name}.db`)],
      ['Postgres', 'pg', () => postgres.url],
    ] as const) {
      const knex = await child('batch-insert', kind, place('batch-insert'), rows);
      const river = await child('river', kind, place('river'), rows);
      const big = await child('river', kind, place('big'), rows * 4);
      line(`${title}, knex.batchInsert`, knex, knex);
      line(`${title}, River`, river, knex);
      line(`${title}, River, a chunk four times as big`, big, knex);
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function child(kind: string, database: string, place: string, count: number): Promise<Figures> {
  const { stdout } = await run(process.execPath, [self, kind, database, place, '--rows', String(count)]);
  return JSON.parse(stdout) as Figures;
}

function line(title: string, figures: Figures, beside: Figures): void {
  const perSecond = (each: Figures) => (each.rows / each.milliseconds) * 1000;
  say([
    title,
    String(figures.rows),
    Math.round(perSecond(figures)).toLocaleString('en'),
    (perSecond(figures) / perSecond(beside)).toFixed(2),
    `${Math.round(figures.peakKilobytes / 1024)} MB (${Math.round(figures.baseKilobytes / 1024)} MB before the first row)`,
  ]);
}

function say(cells: readonly string[]): void {
  const widths = [44, 10, 14, 16, 0];
  process.stdout.write(
    `${cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd()}\n`,
  );
}
