/** What River asks of BigQuery, through Google's own driver, which is installed where a warehouse needs it. */

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BigQuery, Dataset, Job, TableMetadata } from '@google-cloud/bigquery';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { Answer } from '../cloud/knex-client.ts';
import type { ScriptDriver } from '../cloud/script-session.ts';
import { answersWithinMs, isEmulated, notAnswered, openClient } from './client.ts';
import { isConflict } from './failures.ts';
import { readNumberOfRows, toParameters, toRow } from './values.ts';

/** What a table of BigQuery's is declared as. */
export type TableDeclaration = Pick<
  TableMetadata,
  'schema' | 'description' | 'timePartitioning' | 'clustering' | 'expirationTime'
>;

/** So long a table of a chunk stays that was not deleted, because its process was killed. */
const chunkTableMs = 6 * 3_600_000;

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
    const sent = isEmulated(this.#setting())
      ? pipeline(source, upload)
      : pipeline(source, createGzip(), upload);
    try {
      await Promise.all([sent, loaded]);
    } finally {
      clearTimeout(silence);
    }
  }

  isEmulated(): boolean {
    return isEmulated(this.#setting());
  }

  async dataset(schema: string): Promise<Dataset> {
    return (await this.connect()).dataset(schema);
  }

  connect(): Promise<BigQuery> {
    this.#connected ??= openClient(this.#setting(), this.#answersWithinMs);
    return this.#connected;
  }
}

/** As River adds one, by its schema, its table, its name and its type without a width. */
const addedColumn = /^alter table `(\w+)`\.`([^`]+)` add column `([^`]+)` (\w+)/;

const toWhole = (digits: string): unknown => (Number.isSafeInteger(Number(digits)) ? Number(digits) : digits);

async function* eachHeard<T>(all: AsyncIterable<T>, hear: () => void): AsyncGenerator<T> {
  for await (const each of all) {
    hear();
    yield each;
  }
  hear();
}

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
