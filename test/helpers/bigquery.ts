import { execFile } from 'node:child_process';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '#workers/services/free-port';
import { type Emulator, startEmulator } from './start-emulator.ts';

const run = promisify(execFile);

/** DuckDB would download its spatial extension: a package brings it. */
const [emulator, duckdb] = ['1.4.0', '1.5.5'];
const packages = [
  `bqemulator==${emulator}`,
  `duckdb==${duckdb}`,
  `duckdb-extension-spatial==${duckdb}`,
  'numpy',
];

/** An emulated BigQuery: it shows what a statement does, not what transactions do to each other, nor costs and quotas. */
export async function startBigQuery(): Promise<Emulator> {
  const [rest, grpc] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${rest}`;
  return startEmulator({
    of: 'BigQuery',
    folder: `bqemulator-${emulator}`,
    packages,
    prepare: putExtension,
    args: [
      ...['-m', 'bqemulator', 'start', '--log-level', 'error'],
      ...['--rest-host', '127.0.0.1', '--rest-port', String(rest)],
      ...['--grpc-host', '127.0.0.1', '--grpc-port', String(grpc)],
    ],
    url,
    isReady: async () => (await fetch(`${url}/bigquery/v2/projects/river/datasets`)).ok,
  });
}

/** To where DuckDB looks for what it has downloaded. */
async function putExtension(installed: string, home: string): Promise<void> {
  const from = join(installed, 'duckdb_extension_spatial');
  const found = (await readdir(from, { recursive: true })).find((name) =>
    name.endsWith('spatial.duckdb_extension'),
  );
  if (found === undefined) return;
  const { stdout } = await run(
    'python3',
    ['-c', 'import duckdb; print(duckdb.sql("pragma platform").fetchone()[0])'],
    {
      env: { ...process.env, PYTHONPATH: installed },
    },
  );
  const folder = join(home, '.duckdb/extensions', `v${duckdb}`, stdout.trim());
  await mkdir(folder, { recursive: true });
  await cp(join(from, found), join(folder, 'spatial.duckdb_extension'));
}
