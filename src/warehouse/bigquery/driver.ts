/** What River asks of BigQuery, through Google's own driver, which is installed where a warehouse needs it. */

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BigQuery, Dataset, Job, TableMetadata } from '@google-cloud/bigquery';
import { ConfigurationError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { Answer } from '../cloud/knex-client.ts';
import type { ScriptDriver } from '../cloud/script-session.ts';
import { isConflict } from './failures.ts';
import { readNumberOfRows, toParameters, toRow } from './values.ts';

/** What a table of BigQuery's is declared as. */
export type TableDeclaration = Pick<
  TableMetadata,
  'schema' | 'description' | 'timePartitioning' | 'clustering' | 'expirationTime'
>;

/** So long a table of a chunk stays that was not deleted, because its process was killed. */
const chunkTableMs = 6 * 3_600_000;

/** With them a request takes some seconds where nothing answers: an activity that fails is tried again, and a person waits for `check`. */
const retriesAtMost = 2;

/** The driver would wait for ever for a request whose connection is gone. None waits in BigQuery itself for longer than ten seconds. */
const answersWithinMs = 60_000;
/** A page goes out in one piece, and a line may be slow: an upload has so many times as long. */
const uploadPatience = 5;

export class BigQueryDriver implements ScriptDriver {
  readonly isConflict = isConflict;
  readonly #setting: () => WarehouseSetting;
  readonly #answersWithinMs: number;
  #connected: Promise<BigQuery> | undefined;

  constructor(setting: () => WarehouseSetting, withinMs = answersWithinMs) {
    this.#setting = setting;
    this.#answersWithinMs = withinMs;
  }

  /** Runs one query to its end: a statement, or a script. */
  async query(query: string, bindings: readonly unknown[] = []): Promise<Answer> {
    const job = await this.#start(query, bindings);
    const [rows, , response] = await job.getQueryResults({
      wrapIntegers: { integerTypeCastFunction: toWhole },
    });
    if (this.isEmulated()) await this.#tellAdded(query);
    return { rows: rows.map(toRow), rowCount: readNumberOfRows(response) };
  }

  /** As one script: BigQuery would leave a transaction open for hours whose process was killed between two requests. */
  async transact(statements: readonly string[]): Promise<void> {
    await this.query(['begin transaction', ...statements, 'commit transaction', ''].join(';\n'));
  }

  writeEnsure(sql: string, count: number, word: string): string {
    return `select if((${sql}) = ${count}, 1, error(${word}))`;
  }

  /** Whether the answer to its start was lost, the job's own id tells: then it is there, as BigQuery also says of a start that was sent again. */
  async #start(query: string, bindings: readonly unknown[]): Promise<Job> {
    const bigQuery = await this.connect();
    const jobId = `river-${randomUUID()}`;
    const { location } = bigQuery;
    try {
      const [job] = await bigQuery.createQueryJob({
        query,
        jobId,
        ...(location !== undefined && { location }),
        ...toParameters(bindings),
      });
      return job;
    } catch (error) {
      const job = bigQuery.job(jobId, { ...(location !== undefined && { location }) });
      if (isThereAlready(error)) return job;
      if (isAnswered(error)) throw error;
      const [isThere] = await job.exists().catch(() => [false]);
      if (!isThere) throw error;
      return job;
    }
  }

  /** An emulator forgets in a table's metadata what `alter table` adds to it. */
  async #tellAdded(query: string): Promise<void> {
    const [, schema = '', table = '', name, type] = addedColumn.exec(query) ?? [];
    if (name === undefined || type === undefined) return;
    const metadata = (await this.readTable(schema, table))?.schema;
    const fields = typeof metadata === 'object' && 'fields' in metadata ? (metadata.fields ?? []) : [];
    if (fields.some((field) => field.name === name)) return;
    const dataset = await this.dataset(schema);
    const told = [...fields, { name, type: type.toUpperCase() }];
    await dataset.table(table).setMetadata({ schema: { fields: told } });
  }

  /** Undefined where there is no such table. */
  async readTable(schema: string, table: string): Promise<TableMetadata | undefined> {
    const dataset = await this.dataset(schema);
    return orUndefined(dataset.table(table).getMetadata());
  }

  /** Does nothing where it is there. */
  async createTable(schema: string, table: string, declaration: TableDeclaration): Promise<void> {
    const dataset = await this.dataset(schema);
    await unlessThere(dataset.createTable(table, declaration));
  }

  async dropTable(schema: string, table: string): Promise<void> {
    const dataset = await this.dataset(schema);
    await dataset.table(table).delete({ ignoreNotFound: true });
  }

  /** Makes the dataset where it is not there. */
  async createDataset(schema: string): Promise<void> {
    const dataset = await this.dataset(schema);
    if ((await orUndefined(dataset.getMetadata())) !== undefined) return;
    await unlessThere(dataset.create());
  }

  /** Where the dataset lies, `EU`; undefined where there is none. */
  async readLocation(schema: string): Promise<string | undefined> {
    const dataset = await this.dataset(schema);
    const metadata = await orUndefined(dataset.getMetadata());
    return metadata && String(metadata.location);
  }

  /** Of these rights on a table those that the account has not; none where there is no such table. */
  async listLackingRights(schema: string, table: string, rights: readonly string[]): Promise<string[]> {
    const dataset = await this.dataset(schema);
    const granted = await orUndefined(dataset.table(table).testIamPermissions([...rights]), unasked);
    if (granted === undefined) return [];
    const has = new Set(granted.permissions);
    return rights.filter((right) => !has.has(right));
  }

  /** Makes a table of a chunk, which goes by itself, and puts these lines of JSON into it, all at once. */
  async load(
    schema: string,
    table: string,
    fields: readonly { readonly name: string; readonly type: string }[],
    lines: AsyncIterable<string>,
  ): Promise<void> {
    const dataset = await this.dataset(schema);
    await this.createTable(schema, table, {
      schema: { fields: [...fields] },
      expirationTime: String(Date.now() + chunkTableMs),
    });
    const upload = dataset.table(table).createWriteStream({
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      createDisposition: 'CREATE_NEVER',
      // Of an upload that is sent again nothing is there twice.
      writeDisposition: 'WRITE_TRUNCATE',
      schema: { fields: [...fields] },
    });
    const loaded = new Promise<void>((resolve, reject) => {
      upload.once('complete', () => resolve());
      upload.once('error', reject);
    });
    // No more of it goes out, or all has, and there is no word of its job.
    const silentMs = uploadPatience * this.#answersWithinMs;
    const silence = setTimeout(() => upload.destroy(notAnswered(silentMs)), silentMs);
    upload.once('job', () => clearTimeout(silence));
    const source = Readable.from(eachHeard(lines, () => silence.refresh()));
    const sent = this.isEmulated() ? pipeline(source, upload) : pipeline(source, createGzip(), upload);
    try {
      await Promise.all([sent, loaded]);
    } finally {
      clearTimeout(silence);
    }
  }

  /** An address without TLS is an emulator's: it signs nobody in, and takes no gzip. */
  isEmulated(): boolean {
    const { apiEndpoint } = readConnection(this.#setting());
    return typeof apiEndpoint === 'string' && apiEndpoint.startsWith('http:');
  }

  async dataset(schema: string): Promise<Dataset> {
    return (await this.connect()).dataset(schema);
  }

  connect(): Promise<BigQuery> {
    this.#connected ??= this.#open();
    return this.#connected;
  }

  async #open(): Promise<BigQuery> {
    const { BigQuery } = await loadDriver();
    const connection = { maxRetries: retriesAtMost, ...readConnection(this.#setting()) };
    if (!this.isEmulated())
      return withinTime(
        quietly(() => new BigQuery(connection)),
        this.#answersWithinMs,
      );
    const authClient = { getRequestHeaders: async () => new Headers({ authorization: 'Bearer none' }) };
    const emulated = { ...connection, authClient, useAuthWithCustomEndpoint: true };
    return withinTime(new BigQuery(emulated as object), this.#answersWithinMs);
  }
}

/** As River adds one, by its schema, its table, its name and its type without a width. */
const addedColumn = /^alter table `(\w+)`\.`([^`]+)` add column `([^`]+)` (\w+)/;

const toWhole = (digits: string): unknown => (Number.isSafeInteger(Number(digits)) ? Number(digits) : digits);

export function readConnection(setting: WarehouseSetting): Record<string, unknown> {
  const given = setting.connection.reveal();
  if (typeof given !== 'object' || given === null) return {};
  // The driver would send its uploads to another path than such an emulator's, and sign in there.
  const emulator = process.env.BIGQUERY_EMULATOR_HOST;
  const connection: Record<string, unknown> = {
    ...(emulator && URL.canParse(emulator) && { apiEndpoint: new URL(emulator).origin }),
    ...given,
  };
  const { credentials } = connection;
  // The text of a key file, as a variable or a file has it.
  if (typeof credentials === 'string') connection.credentials = JSON.parse(credentials);
  return connection;
}

async function loadDriver(): Promise<typeof import('@google-cloud/bigquery')> {
  try {
    return await import('@google-cloud/bigquery');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ConfigurationError(
      'A warehouse with `client: bigquery` needs the driver of BigQuery, which is not installed: run `npm install @google-cloud/bigquery` where River is installed (with --global for a global River).',
    );
  }
}

async function* eachHeard<T>(all: AsyncIterable<T>, hear: () => void): AsyncGenerator<T> {
  for await (const each of all) {
    hear();
    yield each;
  }
  hear();
}

/**
 * Google's library warns of every key that is named to its driver: not in a log's own form, and of nothing that a person could name
 * otherwise.
 */
function quietly<T>(make: () => T): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}

type Ask = (options: unknown, answer: (error: unknown, ...rest: unknown[]) => void) => void;

/** The same, whose requests fail that are not answered in time, with all that the driver tries. What is uploaded is none of them. */
function withinTime(bigQuery: BigQuery, ms: number): BigQuery {
  const asking = bigQuery as unknown as { request: Ask };
  const ask: Ask = asking.request.bind(bigQuery);
  asking.request = (options, answer) => {
    let isOver = false;
    const end = (...answered: Parameters<typeof answer>) => {
      clearTimeout(timer);
      const [error, body] = answered;
      if (!isOver && !error && isPage(body)) answer(notBigQuery());
      else if (!isOver) answer(...answered);
      isOver = true;
    };
    const timer = setTimeout(() => {
      end(notAnswered(ms));
    }, ms);
    ask(options, end);
  };
  return bigQuery;
}

/** A proxy's, say: the driver would take it for what it has asked for. */
const isPage = (body: unknown): boolean => typeof body === 'string' && body.trim() !== '';

const notBigQuery = (): Error =>
  Object.assign(new Error('what has answered is not BigQuery: its answer is no JSON'), {
    code: 'ECONNABORTED',
  });

const notAnswered = (ms: number): Error =>
  Object.assign(new Error(`BigQuery has not answered within ${ms / 1000} s`), { code: 'ETIMEDOUT' });

const isThereAlready = (error: unknown): boolean => (error as { code?: unknown }).code === 409;

/** BigQuery itself has said it; else the request, or its answer, was lost on the way. */
const isAnswered = (error: unknown): boolean => {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: readonly unknown[] };
  return (typeof code === 'number' && code < 500) || (code === undefined && (errors?.length ?? 0) > 0);
};

/** There is no such thing. */
const notFound = [404];
/** Or there are no rights that it could have: an emulator's. */
const unasked = [404, 405];

async function orUndefined<T>(
  asked: Promise<readonly [T, ...unknown[]]>,
  codes: readonly number[] = notFound,
): Promise<T | undefined> {
  try {
    return (await asked)[0];
  } catch (error) {
    if (codes.includes(Number((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}

async function unlessThere(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 409) throw error;
  }
}
