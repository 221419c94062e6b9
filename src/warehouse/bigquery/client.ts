/** Google's own client as River uses it: loaded where a warehouse needs it, signed in, and with an end to what it asks. */

import type { BigQuery } from '@google-cloud/bigquery';
import { ConfigurationError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';

/** With them a request takes some seconds where nothing answers: an activity that fails is tried again, and a person waits for `check`. */
const retriesAtMost = 2;

/** The driver would wait for ever for a request whose connection is gone. None waits in BigQuery itself for longer than ten seconds. */
export const answersWithinMs = 60_000;

export async function openClient(setting: WarehouseSetting, withinMs: number): Promise<BigQuery> {
  const { BigQuery } = await loadDriver();
  const connection = { maxRetries: retriesAtMost, ...readConnection(setting) };
  if (!isEmulated(setting))
    return withinTime(
      quietly(() => new BigQuery(connection)),
      withinMs,
    );
  const authClient = { getRequestHeaders: async () => new Headers({ authorization: 'Bearer none' }) };
  const emulated = { ...connection, authClient, useAuthWithCustomEndpoint: true };
  return withinTime(new BigQuery(emulated as object), withinMs);
}

/** An address without TLS is an emulator's: it signs nobody in, and takes no gzip. */
export function isEmulated(setting: WarehouseSetting): boolean {
  const { apiEndpoint } = readConnection(setting);
  return typeof apiEndpoint === 'string' && apiEndpoint.startsWith('http:');
}

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

export const notAnswered = (ms: number): Error =>
  Object.assign(new Error(`BigQuery has not answered within ${ms / 1000} s`), { code: 'ETIMEDOUT' });
