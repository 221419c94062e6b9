import {
  ConfigurationError,
  DatabaseError,
  RiverError,
  SchemaConflictError,
  WarehouseUnavailableError,
} from '#domain/errors';
import { reasonForCode } from '#domain/run/warehouse-trouble';
import { codeOf, readDriverError, type SaidByDatabase, textOf } from './said-by-database.ts';

/** Somebody else is writing into this SQLite file. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  // Knex's migrator keeps the words and drops the code. Where there is one, the words may be a trigger's.
  return code === '' ? /database (table )?is locked/.test(textOf(error)) : /^SQLITE_(BUSY|LOCKED)/.test(code);
}

/** A deadlock or a serialization failure: Postgres has rolled this transaction back in favour of another one. */
export function isConflictOfTransactions(error: unknown): boolean {
  return ['40P01', '40001'].includes(codeOf(error));
}

/** The password, or the user, is not what the server knows. */
export function isSignInRefused(error: unknown): boolean {
  return ['28P01', '28000'].includes(codeOf(error));
}

/** A table was waited for as long as it may be, and others still use it. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === '55P03';
}

/**
 * A failure of the driver, told by what will help. The driver's own error stays behind: its texts, its statement and its fields
 * may hold values of rows, and its input the password. A mistake of ours stays as it is.
 */
export function failureOfDatabase(error: unknown, place: string, warehouse?: string): unknown {
  if (error instanceof RiverError) return error;
  const said = readDriverError(error);
  const { code, words } = said;
  const reason = isBusy(error)
    ? reasonForCode('SQLITE_BUSY')
    : reasonForCode(noTable.test(words) ? noTableCode : code);
  const facts = { place, code, ...(warehouse !== undefined && { warehouse, reason }) };
  const options = { facts, ...(network.test(code) && { cause: error }) };
  if (isBusy(error)) {
    return new WarehouseUnavailableError(
      `The ${place} is busy: another process is writing into it.`,
      options,
    );
  }
  if (isAway(said)) {
    return new WarehouseUnavailableError(`The ${place} cannot be used at the moment: ${words}.`, options);
  }
  if (certificate.test(code)) {
    return new ConfigurationError(
      `The ${place} does not let River in: ${words}. ${aboutCertificates}`,
      options,
    );
  }
  if (isMisconfigured(said)) {
    return new ConfigurationError(`The ${place} does not let River in: ${words}.`, options);
  }
  if (isSchemaConflict(said)) {
    return new SchemaConflictError(`The ${place} and what is to be loaded do not fit: ${words}.`, options);
  }
  if (said.by === 'other') return error;
  return new DatabaseError(
    `The ${place} failed at a statement (${code || (error as Error).name}), which River does not know. ` +
      'What it said is not repeated, as it may hold values of rows: the log of the database has it.',
    options,
  );
}

/** SQLite has no code of its own for it. */
const noTable = /^no such table/;
const noTableCode = 'no such table';

/** Neither the server nor SQLite said it, so that the words are always the same. */
const isOfDriver = (by: SaidByDatabase['by']) => by === 'driver' || by === 'other';

const network = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN)/;
/** Connection lost, resources short, server going down, waited too long, standby. */
const away = /^(08|53|57P|57014|55P03|58|25006|25P03|40P01|40001|XX)/;
const awayWords =
  /connection terminated|timeout expired|timeout acquiring a connection|connection error and is not queryable|socket hang up/i;

function isAway({ by, code, words }: SaidByDatabase): boolean {
  return (
    network.test(code) ||
    away.test(code) ||
    /^SQLITE_(FULL|IOERR|PROTOCOL)/.test(code) ||
    (isOfDriver(by) && awayWords.test(words))
  );
}

/** Who, which database, which rights. */
const misconfigured = /^(28|3D000|3F000|42501)/;
const misconfiguredFile = /^SQLITE_(CANTOPEN|READONLY|PERM|AUTH|NOTADB|CORRUPT)/;
const certificate = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_)/;
const aboutCertificates =
  'River checks the certificate, as sslmode=verify-full does. Give it the authority that has signed it (sslrootcert=<file> in the URL, ' +
  'or connection: { connectionString: …, ssl: { ca: "file:<path>" } }), or leave the check out with sslmode=no-verify.';
const misconfiguredWords =
  /directory does not exist|SASL|does not support SSL|password must be a string|Invalid URL/i;

function isMisconfigured({ by, code, words }: SaidByDatabase): boolean {
  return (
    misconfigured.test(code) ||
    misconfiguredFile.test(code) ||
    (isOfDriver(by) && misconfiguredWords.test(words))
  );
}

/** Constraints, values, names and types that are not as River needs them; triggers and functions; limits of a table. */
const conflict = /^(09|21|22|23|27|2F|38|39|42|44|P0|0A000|2BP01|54|55000)/;
const conflictWords =
  /no such (table|column)|has no column|duplicate column name|after drop column|cannot drop column/i;

function isSchemaConflict({ by, code, words, isRaised }: SaidByDatabase): boolean {
  if (isRaised) return true;
  if (by === 'postgres') return conflict.test(code);
  return /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(code) || conflictWords.test(words);
}
