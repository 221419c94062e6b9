/** What loads the same rows without River: psql and dlt. Both replace an older interval of the same size, as River does. */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseJson } from '#optimove/parse-json';
import type { PostgresServer } from '../../test/helpers/postgres.ts';
import type { Figures } from './measure.ts';
import { type Division, day, pagesOf } from './pages.ts';

const run = promisify(execFile);
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

interface AnswerRow {
  readonly CustomerID: string;
  readonly CustomerAttributes: readonly string[];
}

/**
 * `\copy` into a staging table, then delete and insert in one transaction. It is given lines that are made beforehand: it
 * reads no JSON, which is a good third of what the others do.
 */
export async function runPsql(
  { url, programs }: PostgresServer,
  folder: string,
  rows: number,
): Promise<Figures | string> {
  const psql = await findPsql(programs);
  if (psql === undefined) return 'psql is not there (Debian: apt-get install postgresql-client)';
  const lines = join(folder, 'rows.tsv');
  const made: string[] = [];
  for (const { body, call } of pagesOf(rows)) {
    const group = call.parameters.RecipientGroupID;
    for (const { CustomerID, CustomerAttributes } of parseJson(body.toString()) as AnswerRow[])
      made.push(`${[day, 12, group, CustomerID, ...CustomerAttributes].join('\t')}\n`);
  }
  await writeFile(lines, made.join(''));
  const columns = `"date" date, action_id bigint, recipient_group_id bigint, customer_id text, country text, currency text, lifecycle_stage text`;
  const provenance = '_river text, _run_id text, _chunk text, _loaded_at timestamptz';
  await run(psql, [
    url,
    '-qc',
    `create table psql_rows (${columns}, ${provenance}); create index on psql_rows (_river, "date")`,
  ]);
  const load = [
    'begin',
    `create temporary table staging (${columns}) on commit drop`,
    `\\copy staging from '${lines}'`,
    `delete from psql_rows where _river = 'bench' and "date" between '${day}' and '${day}'`,
    `insert into psql_rows select *, 'bench', 'run', '${day}/${day}', now() from staging`,
    'commit',
  ].flatMap((statement) => ['-c', statement]);
  await run(psql, [url, '-q', ...load]);
  const began = performance.now();
  await run(psql, [url, '-q', ...load]);
  return { rows, milliseconds: performance.now() - began };
}

async function findPsql(programs: string): Promise<string | undefined> {
  let debian: string[] = [];
  try {
    debian = readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`);
  } catch {
    // Not a Debian with Postgres.
  }
  for (const place of [programs, ...(process.env.PATH ?? '').split(delimiter), ...debian])
    if (place !== '' && (await isThere(join(place, 'psql')))) return join(place, 'psql');
  return undefined;
}

const cache = fileURLToPath(new URL('../../.cache/dlt', import.meta.url));
const script = fileURLToPath(new URL('./dlt-load.py', import.meta.url));

/** Snowflake's library is the one that the emulator is made for: the next one asks a sign-in for a master token, and gets none. */
const packages = [
  'dlt[postgres,bigquery,snowflake]',
  'snowflake-connector-python==3.18.1',
  'orjson',
  'pyarrow',
].join(' ');

/** A database that both River and dlt fill; BigQuery and Snowflake are emulated ones. */
export type Kind = 'postgres' | 'bigquery' | 'snowflake';

/** dlt at its newest, its rows read with orjson; pip brings it into `.cache/dlt` when it is first asked for. */
export async function runDlt(
  way: 'json' | 'arrow',
  [kind, url]: readonly [Kind, url: string],
  folder: string,
  rows: number,
  division?: Division,
): Promise<readonly [title: string, Figures | string]> {
  const title = way === 'json' ? 'dlt with orjson' : 'dlt with orjson and Arrow';
  const python = join(cache, 'bin', 'python');
  try {
    const installed = await readFile(join(cache, 'installed'), 'utf8').catch(() => '');
    if (installed !== packages) {
      await run('python3', ['-m', 'venv', cache]);
      await run(python, ['-m', 'pip', 'install', '--quiet', '--upgrade', ...packages.split(' ')]);
      await writeFile(join(cache, 'installed'), packages);
    }
  } catch {
    return [title, 'dlt is not there: python3 -m venv and pip could not bring it into .cache/dlt'];
  }
  const pages = join(folder, 'pages');
  if (!(await isThere(pages))) {
    await mkdir(pages);
    let number = 0;
    for (const { body, call } of pagesOf(rows, division)) {
      number += 1;
      const name = `${call.parameters.RecipientGroupID}-${String(number).padStart(6, '0')}.json`;
      await writeFile(join(pages, name), body);
    }
  }
  try {
    const { stdout } = await run(python, [script, way, kind, url, pages], { maxBuffer: 2 ** 26 });
    const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as {
      milliseconds: number;
      version: string;
      peakKilobytes: number;
      count: number;
    };
    const { milliseconds, version, peakKilobytes, count } = told;
    const figures = { rows, milliseconds, peakKilobytes };
    return [
      `${title} (${version})`,
      count === rows ? figures : `dlt could not load: ${count} of ${rows} rows stand there`,
    ];
  } catch (error) {
    return [title, `dlt could not load: ${lastError(error)}`];
  }
}

/** Python's own words for what ended it, without what dlt advises after them. */
function lastError(error: unknown): string {
  const { stderr = '', message = '' } = error as { stderr?: string; message?: string };
  const lines = stderr
    .split('\n')
    .filter((line) => /^[\w.]*(?:Error|Exception|Failed|Response)\b.*: /.test(line));
  return lines[0] ?? message.split('\n', 1)[0] ?? '';
}
