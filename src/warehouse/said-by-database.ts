import { mask } from '#domain/mask';

/** What a driver's error says, in words that hold no value of a row; names of tables, columns and constraints stay. */
export interface SaidByDatabase {
  /** Of the server (SQLSTATE), of SQLite or of the network; empty where there is none. */
  readonly code: string;
  readonly words: string;
  /** A trigger or a function said it, in words of its author. */
  readonly isRaised: boolean;
  /** `driver`: pg, better-sqlite3 or Knex, at a statement; `other`: who opens connections, or River itself. */
  readonly by: 'postgres' | 'sqlite' | 'driver' | 'other';
}

/** The fields of the driver's error that are read. Never `detail` or `hint`, which quote rows. */
interface DriverError {
  readonly code?: unknown;
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

export function readDriverError(error: unknown): SaidByDatabase {
  const code = codeOf(error);
  const message = textOf(error);
  if (isSqlState(error, code)) return saidByPostgres(error as DriverError, code, message);
  if (code.startsWith('SQLITE_')) return saidBySqlite(code, message);
  const by = isStatement.test(message) ? 'driver' : 'other';
  return { by, code, words: withoutStatement(message), isRaised: false };
}

export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as DriverError;
  return typeof code === 'string' ? code : '';
}

export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node reports a host with several addresses as an AggregateError without words.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(textOf).join('; ');
  return error.message;
}

/** Node's codes of the network have five letters as well (`EPIPE`), but no digit. */
function isSqlState(error: unknown, code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && (/\d/.test(code) || text((error as DriverError).severity) !== '');
}

/** Knex puts the statement before what the driver says. */
const isStatement = /^\s*(?:alter|begin|commit|create|delete|drop|insert|select|set|update|with)\b.* - /is;

function withoutStatement(said: string): string {
  return said
    .slice(said.lastIndexOf(' - ') + 1)
    .replace(/^- /, '')
    .trim()
    .replace(/\.$/, '');
}

const text = (field: unknown): string => (typeof field === 'string' ? field : '');

/** Functions of the server by which a language for functions reports what somebody's code raises. */
const raising = /^(exec_stmt_raise|PLy_|plperl_|plv8|pltcl_)/;
/** Data exceptions, violated constraints, errors of functions: their texts quote values. */
const quotingValues = /^(22|23|2F|38|39|HV|P0)/;

function saidByPostgres(error: DriverError, code: string, message: string): SaidByDatabase {
  const isRaised = /^P0/.test(code) || raising.test(text(error.routine));
  const said = { by: 'postgres', code, isRaised } as const;
  // Whoever raises an error chooses its code and all its fields.
  if (isRaised) return { ...said, words: refusedBy(text(error.where)) };
  const words = wordsOf(error, code, message);
  return { ...said, words: `${words} (SQLSTATE ${code})` };
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

function wordsOf(error: DriverError, code: string, message: string): string {
  if (quotingValues.test(code)) return constraintOf(error, code) ?? misfitOf(code, message);
  // Inside a function a statement may be put together from values, and its names are values then.
  if (text(error.where) !== '') return 'a trigger, a function or a nested statement failed';
  const words = withoutStatement(message);
  return code.startsWith('XX') ? mask(words) : words;
}

const constraints: Readonly<Record<string, readonly [kind: string, refuses: string]>> = {
  '23505': ['unique constraint', 'has a row with this key already'],
  '23503': ['foreign key', 'refuses a row'],
  '23001': ['foreign key', 'refuses a row'],
  '23514': ['check', 'refuses a row'],
  '23P01': ['exclusion constraint', 'refuses a row'],
};

function constraintOf(error: DriverError, code: string): string | undefined {
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

function misfitOf(code: string, message: string): string {
  const [, type] = typed.exec(message) ?? [];
  const words = values[code] ?? 'a value of a row, or a function that reads it';
  const columns = 'a column, a generated column, a check or a trigger of the table does not take it';
  return `${words}${type === undefined ? '' : ` (${type})`}: ${columns}`;
}

/** SQLite's own texts name tables and columns as `table.column`; those of a trigger say whatever its author wants. */
function saidBySqlite(code: string, message: string): SaidByDatabase {
  const said = { by: 'sqlite', code, isRaised: false } as const;
  if (/^SQLITE_CONSTRAINT_(TRIGGER|FUNCTION|VTAB|COMMITHOOK)$/.test(code))
    return { ...said, isRaised: true, words: `a trigger or a function of a table refused a row (${code})` };
  if (code.startsWith('SQLITE_CONSTRAINT')) return { ...said, words: `${violated(message)} (${code})` };
  if (uncomputable.test(message)) {
    const words = 'a generated column, a check or a trigger of a table cannot be computed for a row';
    return { ...said, isRaised: true, words };
  }
  return { ...said, words: withoutStatement(message) };
}

/** What SQLite's functions say of their arguments. */
const uncomputable = /(?:^| - )(?:malformed JSON|integer overflow|(?:bad )?JSON path)/;

function violated(message: string): string {
  const [names] =
    /(?:NOT NULL|UNIQUE|FOREIGN KEY) constraint failed.*$|cannot store \w+ value in \w+ column .*$/s.exec(
      message,
    ) ?? [];
  const [, table, column] = /^NOT NULL constraint failed: (.+)\.([^.]+)$/s.exec(names ?? '') ?? [];
  if (column !== undefined) return `column ${column} of ${table} does not allow null`;
  if (names !== undefined) return names;
  // A check without a name is told by its expression.
  const [, check] = /CHECK constraint failed: (\w+)$/.exec(message) ?? [];
  return check === undefined ? 'a constraint of a table refuses a row' : `CHECK constraint failed: ${check}`;
}
