/**
 * What River sends to an emulated warehouse for one chunk, and what dlt sends there for the same rows, as one gateway sees both. It is
 * always the second of two loads, which replaces the rows of the first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startBigQuery } from '../../test/helpers/bigquery.ts';
import { openGateway as openBigQueryGateway } from '../../test/helpers/bigquery-gateway.ts';
import type { Gateway, SeenRequest } from '../../test/helpers/gateway.ts';
import { startSnowflake } from '../../test/helpers/snowflake.ts';
import { openGateway as openSnowflakeGateway } from '../../test/helpers/snowflake-gateway.ts';
import { runDlt } from './others.ts';

/** Loads twice, in a process of its own, with books in a file; asks for `/second` in between. */
type RunRiver = (kind: string, url: string, books: string) => Promise<void>;

export async function countOnBigQuery(rows: number, runRiver: RunRiver): Promise<void> {
  const emulator = await startBigQuery();
  const gateway = await openBigQueryGateway(emulator.url);
  try {
    await countBoth('BigQuery', gateway, rows, runRiver, (seen) => ({
      texts: seen.flatMap(({ query }) => query ?? []),
      loads: seen.filter(({ method, path }) => method === 'POST' && path.startsWith('/upload')).length,
    }));
  } finally {
    await gateway.close();
    await emulator.stop();
  }
}

export async function countOnSnowflake(rows: number, runRiver: RunRiver): Promise<void> {
  const emulator = await startSnowflake();
  const gateway = await openSnowflakeGateway(emulator.url);
  try {
    await countBoth('Snowflake', gateway, rows, runRiver, (seen) => {
      const texts = seen.flatMap(({ sql }) => sql?.trim() ?? []);
      return {
        texts: texts.filter((sql) =>
          /^(?:select|with|insert|update|delete|merge|begin|truncate)\b/i.test(sql),
        ),
        loads: texts.filter((sql) => /^copy /i.test(sql)).length,
      };
    });
  } finally {
    await gateway.close();
    await emulator.stop();
  }
}

/** Finds the queries, and counts the load jobs. */
type Read<R> = (seen: readonly R[]) => { readonly texts: readonly string[]; readonly loads: number };

async function countBoth<R extends SeenRequest>(
  name: 'BigQuery' | 'Snowflake',
  gateway: Gateway<R>,
  rows: number,
  runRiver: RunRiver,
  read: Read<R>,
): Promise<void> {
  const kind = name === 'BigQuery' ? 'bigquery' : 'snowflake';
  const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
  const say = (title: string, text: string) => process.stdout.write(`${name}, ${title}: ${text}\n`);
  let seen: readonly R[] = [];
  gateway.decide = ({ path }) => {
    if (path === '/second') gateway.seen.length = 0;
    else if (path === '/done') seen = gateway.seen.slice(0, -1);
    else return undefined;
    return { status: 200, body: {} };
  };
  try {
    await runRiver(kind, gateway.url, join(folder, 'books.db'));
    const river = count(gateway.seen, read);
    say('River', `a run of one chunk of ${rows} rows sends ${inWords(river, rows)}`);
    for (const way of ['json', 'arrow'] as const) {
      const [title, figures] = await runDlt(way, [kind, gateway.url], folder, rows);
      if (typeof figures === 'string') {
        say(title, figures);
        continue;
      }
      const dlt = count(seen, read);
      say(title, `a load of the same rows sends ${inWords(dlt, rows)}; ${compare(dlt, river)}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Sent {
  readonly requests: number;
  readonly bytes: number;
  /** With lines in gzip, as they go to a warehouse that is no emulator. */
  readonly gzipped: number;
  readonly loads: number;
  readonly queries: number;
  readonly statements: number;
}

function count<R extends SeenRequest>(seen: readonly R[], read: Read<R>): Sent {
  const { texts, loads } = read(seen);
  const total = (sizeOf: (request: R) => number) => seen.reduce((sum, each) => sum + sizeOf(each), 0);
  return {
    requests: seen.length,
    bytes: total(({ body }) => body.length),
    gzipped: total(({ path, body }) => (path.startsWith('/upload') ? asSent(body) : body).length),
    loads,
    queries: texts.length,
    statements: texts.flatMap((text) => text.split(/;\s*(?:\n|$)/).filter((each) => each !== '')).length,
  };
}

/** Lines go to BigQuery in gzip, Parquet as it is; Snowflake's emulator gets both so itself. */
const asSent = (upload: Buffer): Buffer =>
  upload.subarray(0, 4).toString('latin1') === 'PAR1' ? upload : gzipSync(upload);

function inWords({ requests, bytes, gzipped, loads, queries, statements }: Sent, rows: number): string {
  const perRow = (count: number) => (count / rows).toFixed(1);
  const inGzip = bytes === gzipped ? 'in gzip' : `${perRow(gzipped)} in gzip`;
  return (
    `${requests} requests of ${bytes} bytes (${perRow(bytes)} a row, ${inGzip}): ` +
    `load jobs: ${loads}, queries: ${queries} with ${statements} statements`
  );
}

function compare(sent: Sent, river: Sent): string {
  const ratio = (key: keyof Sent) => (sent[key] / river[key]).toFixed(2);
  return (
    `River = 1: requests ${ratio('requests')}, bytes ${ratio('bytes')}, ` +
    `bytes in gzip ${ratio('gzipped')}, queries ${ratio('queries')}, statements ${ratio('statements')}`
  );
}
