/**
 * What a database says and what helps. Each dialect knows its own codes and says in words without values of rows what has happened
 * (`readFailure`); here that becomes a failure of River's.
 */

import {
  ConfigurationError,
  DatabaseError,
  RiverError,
  SchemaConflictError,
  WarehouseUnavailableError,
} from '#domain/errors';
import { reasonForCode } from '#domain/run/warehouse-trouble';

/** What helps: `busy` and `away` to try again, `configuration` to change a setting or a right, `schema` to change a table. */
type Remedy = 'busy' | 'away' | 'configuration' | 'schema';

/** A driver's error, told without its texts: these, its statement and its fields may hold values of rows. */
export interface DatabaseFailure {
  /** Of the server (SQLSTATE), of SQLite or of the network; empty where there is none. */
  readonly code: string;
  /** In which no value of a row stands; names of tables, columns and constraints do. */
  readonly words: string;
  readonly remedy: Remedy | undefined;
  /** What a person can do, where the words do not say it. */
  readonly advice?: string;
  /** For what is said of the warehouse, where it is not the code that tells. */
  readonly troubleCode?: string;
  /** Neither the database nor a driver said it at a statement: it may be a mistake of ours, and stays as it is. */
  readonly isForeign?: boolean;
}

/** How a dialect tells what its database says. */
export interface FailureReader {
  readFailure(error: unknown): DatabaseFailure;
  /** Another process is writing: worth another try for long. */
  isBusy(error: unknown): boolean;
  /** The database has rolled this transaction back in favour of another one. */
  isConflict(error: unknown): boolean;
  /** The password, or the user, is not what the server knows. */
  isSignInRefused(error: unknown): boolean;
  /** A table was waited for as long as it may be, and others still use it. */
  isLockTimeout(error: unknown): boolean;
}

/**
 * A failure of the driver, told by what will help. The driver's own error stays behind: its texts, its statement and its fields
 * may hold values of rows, and its input the password. A mistake of ours stays as it is.
 */
export function toRiverError(
  error: unknown,
  { readFailure }: Pick<FailureReader, 'readFailure'>,
  place: string,
  warehouse?: string,
): unknown {
  if (error instanceof RiverError) return error;
  const failure = readFailure(error);
  const { code, words, remedy } = failure;
  const reason = reasonForCode(failure.troubleCode ?? code);
  const facts = { place, code, ...(warehouse !== undefined && { warehouse, reason }) };
  const options = { facts, ...(network.test(code) && { cause: error }) };
  switch (remedy) {
    case 'busy':
      return new WarehouseUnavailableError(
        `The ${place} is busy: another process is writing into it.`,
        options,
      );
    case 'away':
      return new WarehouseUnavailableError(`The ${place} cannot be used at the moment: ${words}.`, options);
    case 'configuration':
      return new ConfigurationError(
        `The ${place} cannot be used as it is configured: ${words}.${failure.advice ? ` ${failure.advice}` : ''}`,
        options,
      );
    case 'schema':
      return new SchemaConflictError(`The ${place} and what is to be loaded do not fit: ${words}.`, options);
    default:
      if (failure.isForeign) return error;
  }
  return new DatabaseError(
    `The ${place} failed at a statement (${code || (error as Error).name}), which River does not know. ` +
      'What it said is not repeated, as it may hold values of rows: the log of the database has it.',
    options,
  );
}

export function readCode(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

export function readText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node reports a host with several addresses as an AggregateError without words.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(readText).join('; ');
  return error.message;
}

/** Knex puts the statement before what the driver says. */
const isStatement = /^\s*(?:alter|begin|commit|create|delete|drop|insert|select|set|update|with)\b.* - /is;

export function withoutStatement(said: string): string {
  return said
    .slice(said.lastIndexOf(' - ') + 1)
    .replace(/^- /, '')
    .trim()
    .replace(/\.$/, '');
}

const network = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN)/;
const awayWords =
  /connection terminated|timeout expired|timeout acquiring a connection|connection error and is not queryable|socket hang up/i;

/** OpenSSL's own. */
const unreadableKey = /^ERR_(?:OSSL_|MISSING_PASSPHRASE)/;

/** What a driver, Knex or the network says in words of its own, in which no value of a row stands. */
export function readDriverFailure(error: unknown, misconfigured: RegExp): DatabaseFailure {
  const code = readCode(error);
  const message = readText(error);
  const said = withoutStatement(message);
  const words = unreadableKey.test(code)
    ? `the private key cannot be read; it, or its passphrase, is a wrong one (${said})`
    : said;
  const remedy =
    network.test(code) || awayWords.test(words)
      ? 'away'
      : unreadableKey.test(code) || misconfigured.test(code) || misconfigured.test(words)
        ? 'configuration'
        : undefined;
  return { code, words, remedy, isForeign: !isStatement.test(message) };
}
