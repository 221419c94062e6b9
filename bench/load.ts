/**
 * `npm run bench:load`: rows a second from the bytes of pages, as HTTP brings them, to committed rows, where an older interval of
 * the same size is replaced, on databases with durable settings; beside what one would use instead, in the same run with the same
 * rows. Each figure comes from a process of its own, so that its peak memory is its own as well.
 *
 * `--rows 300000` says how many (a million by default); `--big` adds a chunk ten times as big, `--only postgres` leaves the other out.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startPostgres } from '../test/helpers/postgres.ts';
import { type Figures, measureBatchInsert, measureRiver } from './load/measure.ts';
import { runDlt, runPsql } from './load/others.ts';

const self = fileURLToPath(import.meta.url);
const run = promisify(execFile);

const { values: options, positionals } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    big: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
  allowPositionals: true,
});
const [way, client, connection] = positionals;
const rows = Number(options.rows);

if (way === undefined) await compare();
else if ((client === 'pg' || client === 'better-sqlite3') && connection !== undefined) {
  const measure = way === 'river' ? measureRiver : measureBatchInsert;
  process.stdout.write(JSON.stringify(await measure(client, connection, rows)));
} else throw new Error(`bench/load.ts does not know ${positionals.join(' ')}`);

/** A figure, or why there is none. */
type Measured = Figures | string;

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
  try {
    say(['', 'rows', 'rows a second', 'batchInsert = 1', 'peak memory']);
    if (options.only !== 'postgres') await compareOnSqlite(folder);
    if (options.only !== 'sqlite') await compareOnPostgres(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareOnSqlite(folder: string): Promise<void> {
  const place = (name: string) => join(folder, `${name}.db`);
  const first = await child('batch-insert', 'better-sqlite3', place('batch-insert'), rows);
  line('SQLite, knex.batchInsert', first, first);
  line('SQLite, River', await child('river', 'better-sqlite3', place('river'), rows), first);
  if (options.big)
    line(
      'SQLite, River, ten times the rows',
      await child('river', 'better-sqlite3', place('big'), rows * 10),
      first,
    );
}

async function compareOnPostgres(folder: string): Promise<void> {
  const postgres = await startPostgres({ durable: true });
  const { url } = postgres;
  try {
    const first = await child('batch-insert', 'pg', url, rows);
    line('Postgres, knex.batchInsert', first, first);
    line('Postgres, River', await child('river', 'pg', url, rows), first);
    line('Postgres, psql \\copy of ready-made lines', await runPsql(postgres, folder, rows), first);
    for (const way of ['json', 'arrow'] as const) {
      const [title, figures] = await runDlt(way, url, folder, rows);
      line(`Postgres, ${title}`, figures, first);
    }
    if (options.big)
      line('Postgres, River, ten times the rows', await child('river', 'pg', url, rows * 10), first);
  } finally {
    await postgres.stop();
  }
}

async function child(kind: string, database: string, place: string, count: number): Promise<Figures> {
  const { stdout } = await run(process.execPath, [self, kind, database, place, '--rows', String(count)]);
  return JSON.parse(stdout) as Figures;
}

function line(title: string, figures: Measured, beside: Figures): void {
  if (typeof figures === 'string') {
    say([title, figures]);
    return;
  }
  const perSecond = (each: Figures) => (each.rows / each.milliseconds) * 1000;
  const megabytes = (kilobytes: number) => `${Math.round(kilobytes / 1024)} MB`;
  const { peakKilobytes: peak, baseKilobytes: base } = figures;
  say([
    title,
    String(figures.rows),
    Math.round(perSecond(figures)).toLocaleString('en'),
    (perSecond(figures) / perSecond(beside)).toFixed(2),
    peak === undefined ? '' : `${megabytes(peak)} (${megabytes(base ?? 0)} before the first row)`,
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
