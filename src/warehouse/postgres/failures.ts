import { mask } from '#domain/excerpt';
import {
  type DatabaseFailure,
  type FailureReader,
  readCode,
  readDriverFailure,
  readText,
  withoutStatement,
} from '../database-failure.ts';

/** What Postgres says (by SQLSTATE) and what its driver does, as a failure whose words hold no value of a row. */
export const failures: FailureReader = {
  readFailure(error) {
    const code = readCode(error);
    if (isSqlState(error, code)) return readServerFailure(error as ServerError, code, readText(error));
    const failure = readDriverFailure(error, misconfigured);
    return certificate.test(code)
      ? { ...failure, remedy: failure.remedy ?? 'configuration', advice: aboutCertificates }
      : failure;
  },
  // Others that write are waited for inside the server.
  isBusy: () => false,
  // A deadlock or a serialization failure.
  isConflict: (error) => ['40P01', '40001'].includes(readCode(error)),
  isSignInRefused: (error) => ['28P01', '28000'].includes(readCode(error)),
  isLockTimeout: (error) => readCode(error) === '55P03',
};

/** The fields of the driver's error that are read. Never `detail` or `hint`, which quote rows. */
interface ServerError {
  readonly severity?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly constraint?: unknown;
  readonly dataType?: unknown;
  /** The function in the server's source that reported it. */
  readonly routine?: unknown;
  /** Set where it arose inside a function, a trigger or a nested statement. */
  readonly where?: unknown;
}

/** Node's codes of the network have five letters as well (`EPIPE`), but no digit. */
function isSqlState(error: unknown, code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && (/\d/.test(code) || text((error as ServerError).severity) !== '');
}

const text = (field: unknown): string => (typeof field === 'string' ? field : '');

/** What neither server nor network, but the driver says. */
const misconfigured = /SASL|does not support SSL|password must be a string|Invalid URL/i;
const certificate = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_)/;
const aboutCertificates =
  'River checks the certificate, as sslmode=verify-full does. Give it the authority that has signed it (sslrootcert=<file> in the URL, ' +
  'or connection: { connectionString: …, ssl: { ca: "file:<path>" } }), or leave the check out with sslmode=no-verify.';

/** Connection lost, resources short, server going down, waited too long, standby. */
const away = /^(08|53|57P|57014|55P03|58|25006|25P03|40P01|40001|XX)/;
/** Who, which database, which rights. */
const refusing = /^(28|3D000|3F000|42501)/;
/** Constraints, values, names and types that are not as River needs them; triggers and functions; limits of a table. */
const conflict = /^(09|21|22|23|27|2F|38|39|42|44|P0|0A000|2BP01|54|55000)/;

function toRemedy(code: string, isRaised: boolean): DatabaseFailure['remedy'] {
  if (away.test(code)) return 'away';
  if (refusing.test(code)) return 'configuration';
  return isRaised || conflict.test(code) ? 'schema' : undefined;
}

/** Said of what is read for a person; a run waits for the lock. */
const lockedByOthers =
  'another session has locked a table that it needs, which pg_stat_activity shows; end its transaction';

/** Functions of the server by which a language for functions reports what a person's code raises. */
const raising = /^(exec_stmt_raise|PLy_|plperl_|plv8|pltcl_)/;
/** Data exceptions, violated constraints, errors of functions: their texts quote values. */
const quotingValues = /^(22|23|2F|38|39|HV|P0)/;

function readServerFailure(error: ServerError, code: string, message: string): DatabaseFailure {
  const isRaised = /^P0/.test(code) || raising.test(text(error.routine));
  const failure = { code, remedy: toRemedy(code, isRaised) };
  // The author of the function that raises an error chooses its code and all its fields.
  if (isRaised) return { ...failure, words: refusedBy(text(error.where)) };
  const words = code === '55P03' ? lockedByOthers : describeFailure(error, code, message);
  return {
    ...failure,
    words: `${words} (SQLSTATE ${code})`,
    // A table that a trigger looks for is none of River's, which would be waited for.
    ...(/\bfunction\b/.test(text(error.where)) && { troubleCode: '38000' }),
    ...(code === '42501' && {
      advice: '`river check` says which right is missing, and prints the statement that grants it.',
    }),
  };
}

/** The server itself writes the line that names the function, and first of all. */
function refusedBy(where: string): string {
  const [, name] =
    /^PL\/pgSQL function (\w+(?:\.\w+)?)\([\w ,.[\]]*\) line \d+ at (?:RAISE|ASSERT)$/.exec(
      where.split('\n', 1)[0] ?? '',
    ) ?? [];
  return name === undefined
    ? 'a trigger or a function of a table refused a row'
    : `the function ${name}, which a trigger or a check of a table runs, refused a row`;
}

function describeFailure(error: ServerError, code: string, message: string): string {
  const [, size, most] = code === '54000' ? (rowTooLarge.exec(message) ?? []) : [];
  if (size !== undefined)
    return `a row has ${size} bytes, and a table of Postgres holds ${most} in one beside its long texts: it has too many columns. Leave some out with columns: or drift: ignore`;
  if (quotingValues.test(code)) return describeConstraint(error, code) ?? describeMisfit(code, message);
  // Inside a function a statement may be put together from values, and its names are values then.
  if (text(error.where) !== '') return 'a trigger, a function or a nested statement failed';
  const words = withoutStatement(message);
  return code.startsWith('XX') ? mask(words) : words;
}

/** Long texts are stored apart, but each of their places takes 18 bytes of the row. */
const rowTooLarge = /row is too big: size (\d+), maximum size (\d+)/;

const constraints: Readonly<Record<string, readonly [kind: string, refuses: string]>> = {
  '23505': ['unique constraint', 'has a row with this key already'],
  '23503': ['foreign key', 'refuses a row'],
  '23001': ['foreign key', 'refuses a row'],
  '23514': ['check', 'refuses a row'],
  '23P01': ['exclusion constraint', 'refuses a row'],
};

function describeConstraint(error: ServerError, code: string): string | undefined {
  const [table, column, constraint, type] = [error.table, error.column, error.constraint, error.dataType].map(
    text,
  );
  const of = table ? ` of ${table}` : type ? ` of the type ${type}` : '';
  if (code === '23502') return `${column ? `column ${column}` : 'a column'}${of} does not allow null`;
  // The server says 23514 where a row fits no partition, or not the one that it is put into.
  if (code === '23514' && !constraint && table) return `no partition of ${table} takes a row`;
  const [kind, refuses] = constraints[code] ?? [];
  if (kind === undefined) return undefined;
  return `${constraint ? `the ${kind} ${constraint}` : `a ${kind}`}${of} ${refuses}`;
}

const values: Readonly<Record<string, string>> = {
  '22001': 'a text is longer than a column allows',
  '22003': 'a number is out of the range of a type',
  '22007': 'a text is no day or time',
  '22008': 'a day or a time is out of range',
  '22012': 'a division by zero',
  '22021': 'a text has bytes that the encoding of the database does not know',
  '22P02': 'a text is no value of a type',
  '22P05': 'a text has a character that the encoding of the database does not know',
};

/** The server's words end where the value begins, and the type stands before it. */
const typed =
  /(?:^| - )(?:invalid input syntax for type|value too long for type|invalid input value for enum) ((?:[a-z_][\w ]*)(?:\(\d+\))?)(?=: "|$)/;

function describeMisfit(code: string, message: string): string {
  const [, type] = typed.exec(message) ?? [];
  const words = values[code] ?? 'a value of a row, or a function that reads it';
  const columns = 'a column, a generated column, a check or a trigger of the table does not take it';
  return `${words}${type === undefined ? '' : ` (${type})`}: ${columns}`;
}
