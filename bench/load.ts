/**
 * `npm run bench:load`: rows a second from the bytes of pages, as HTTP brings them, to committed rows, where an older interval of
 * the same size is replaced, on databases with durable settings; beside what one would use instead, in the same run with the same
 * rows. Each figure comes from a process of its own, so that its peak memory is its own as well.
 *
 * `--rows 300000` says how many (a million by default); `--big` adds a chunk ten times as big, `--only postgres` or `--only sqlite`
 * leaves the others out. `--only bigquery` and `--only snowflake` count what a run of one chunk sends to an emulated one, and what dlt sends
 * there for the same rows; an emulator's speed says nothing of the real one.
 * `--whole` measures a whole run in their place, from a person's start of it to its end, in calls and pages of `--calls 1` and
 * `--page 100000`; its memory is that of a worker and its children.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startPostgres } from '../test/helpers/postgres.ts';
import { countOnBigQuery, countOnSnowflake } from './load/count-sent.ts';
import { type Figures, measureBatchInsert, measureRiver } from './load/measure.ts';
import { runDlt, runPsql } from './load/others.ts';
import { runWhole } from './load/whole-run.ts';

const self = fileURLToPath(import.meta.url);
const run = promisify(execFile);

const { values: options, positionals } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    big: { type: 'boolean', default: false },
    only: { type: 'string' },
    whole: { type: 'boolean', default: false },
    calls: { type: 'string', default: '1' },
    page: { type: 'string', default: '100000' },
  },
  allowPositionals: true,
});
const [way, client, connection, books] = positionals;
const rows = Number(options.rows);

const runRiver = async (kind: string, ...place: readonly string[]): Promise<void> => {
  await run(process.execPath, [self, 'river', kind, ...place, '--rows', String(rows)]);
};

if (way === undefined && options.only === 'bigquery') await countOnBigQuery(rows, runRiver);
else if (way === undefined && options.only === 'snowflake') await countOnSnowflake(rows, runRiver);
else if (way === undefined) await compare();
else if ((client === 'bigquery' || client === 'snowflake') && connection !== undefined && books !== undefined)
  await measureRiver(client, connection, rows, { books, beforeSecond: () => fetch(`${connection}/second`) });
else if ((client === 'pg' || client === 'better-sqlite3') && connection !== undefined) {
  const measure = way === 'river' ? measureRiver : measureBatchInsert;
  process.stdout.write(JSON.stringify(await measure(client, connection, rows)));
} else throw new Error(`bench/load.ts does not know ${positionals.join(' ')}`);

/** A figure, or why there is none. */
type Measured = Figures | string;

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
  try {
    say(['', 'rows', 'rows a second', options.whole ? 'River = 1' : 'batchInsert = 1', 'peak memory']);
    if (options.whole) {
      await compareWhole(folder);
      return;
    }
    if (options.only !== 'postgres') await compareOnSqlite(folder);
    if (options.only !== 'sqlite') await compareOnPostgres(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareWhole(folder: string): Promise<void> {
  const division = { calls: Number(options.calls), rowsOfPage: Number(options.page) };
  const inPages = `${division.calls} calls, pages of ${division.rowsOfPage}`;
  if (options.only !== 'postgres') {
    const file = { filename: join(folder, 'whole.db') };
    const first = await runWhole(
      join(folder, 'sqlite'),
      { client: 'better-sqlite3', connection: file },
      rows,
      division,
    );
    line(`SQLite, a run in ${inPages}`, first, first);
  }
  if (options.only === 'sqlite') return;
  const postgres = await startPostgres({ durable: true });
  try {
    const setting = { client: 'pg', connection: postgres.url, schema: 'whole' };
    const first = await runWhole(join(folder, 'pg'), setting, rows, division);
    line(`Postgres, a run in ${inPages}`, first, first);
    for (const way of ['json', 'arrow'] as const) {
      const [title, figures] = await runDlt(way, ['postgres', postgres.url], folder, rows, division);
      line(`Postgres, ${title}`, figures, first);
    }
  } finally {
    await postgres.stop();
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
      const [title, figures] = await runDlt(way, ['postgres', url], folder, rows);
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
  const { peakKilobytes: peak, baseKilobytes: base, processorMs } = figures;
  say([
    title,
    String(figures.rows),
    Math.round(perSecond(figures)).toLocaleString('en'),
    (perSecond(figures) / perSecond(beside)).toFixed(2),
    peak === undefined ? '' : `${megabytes(peak)} (${megabytes(base ?? 0)} before the first row)`,
    processorMs === undefined ? '' : `processor ${(processorMs / 1000).toFixed(1)} s`,
  ]);
}

function say(cells: readonly string[]): void {
  const widths = [60, 10, 14, 16, 40, 0];
  process.stdout.write(
    `${cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd()}\n`,
  );
}
