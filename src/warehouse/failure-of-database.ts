import {
  ConfigurationError,
  RiverError,
  SchemaConflictError,
  WarehouseUnavailableError,
} from '../domain/errors.ts';

/** Somebody else is writing into this SQLite file. */
export function isBusy(error: unknown): boolean {
  // Knex's migrator keeps the words and drops the code.
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error)) || /database (table )?is locked/.test(messageOf(error));
}

/** A deadlock or a serialization failure: Postgres has rolled this transaction back in favour of another one. */
export function isConflictOfTransactions(error: unknown): boolean {
  return ['40P01', '40001'].includes(codeOf(error));
}

/** A table was waited for as long as it may be, and others still use it. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === '55P03';
}

/** A failure of the driver, told by what will help. What is none of these is a mistake of ours and stays as it is. */
export function failureOfDatabase(error: unknown, place: string): unknown {
  if (error instanceof RiverError) return error;
  const code = codeOf(error);
  const said = saidBy(error);
  const options = { facts: { place, code }, cause: error };
  if (isBusy(error)) {
    return new WarehouseUnavailableError(
      `The ${place} is busy: another process is writing into it.`,
      options,
    );
  }
  if (isAway(code, said)) {
    return new WarehouseUnavailableError(`The ${place} cannot be used at the moment: ${said}.`, options);
  }
  if (isMisconfigured(code, said)) {
    return new ConfigurationError(`The ${place} does not let River in: ${said}.`, options);
  }
  if (isSchemaConflict(code, said)) {
    return new SchemaConflictError(`The ${place} and what is to be loaded do not fit: ${said}.`, options);
  }
  return error;
}

const network = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN)/;
/** Connection lost, resources short, server going down, waited too long, standby. */
const away = /^(08|53|57P|57014|55P03|58|25006|25P03|40P01|40001|XX)/;
const awayWords =
  /connection terminated|timeout expired|timeout acquiring a connection|connection error and is not queryable|socket hang up/i;

function isAway(code: string, said: string): boolean {
  return (
    network.test(code) ||
    away.test(code) ||
    /^SQLITE_(FULL|IOERR|PROTOCOL)/.test(code) ||
    awayWords.test(said)
  );
}

/** Who, which database, which rights. */
const misconfigured = /^(28|3D000|3F000|42501)/;
const misconfiguredFile = /^SQLITE_(CANTOPEN|READONLY|PERM|AUTH|NOTADB|CORRUPT)/;
const certificate = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_)/;
const misconfiguredWords =
  /directory does not exist|SASL|does not support SSL|password must be a string|Invalid URL/i;

function isMisconfigured(code: string, said: string): boolean {
  return (
    misconfigured.test(code) ||
    misconfiguredFile.test(code) ||
    certificate.test(code) ||
    misconfiguredWords.test(said)
  );
}

/** Constraints, values, names and types that are not as River needs them; limits of a table. */
const conflict = /^(22|23|42|0A000|2BP01|54)/;
const conflictWords =
  /no such (table|column)|has no column|duplicate column name|after drop column|cannot drop column/i;

function isSchemaConflict(code: string, said: string): boolean {
  return conflict.test(code) || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(code) || conflictWords.test(said);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node reports a host with several addresses as an AggregateError without words.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error.message;
}

/** What the database said, without the statement that Knex puts before it. */
function saidBy(error: unknown): string {
  const message = messageOf(error);
  const { detail } = error as { detail?: unknown };
  const said = message
    .slice(message.lastIndexOf(' - ') + 1)
    .replace(/^- /, '')
    .trim()
    .replace(/\.$/, '');
  return typeof detail === 'string' && detail !== '' ? `${said} (${detail.replace(/\.$/, '')})` : said;
}
