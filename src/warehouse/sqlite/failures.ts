import {
  type DatabaseFailure,
  type FailureReader,
  readCode,
  readDriverFailure,
  readText,
  withoutStatement,
} from '../database-failure.ts';

/** What SQLite and its driver say, as a failure whose words hold no value of a row. */
export const failures: FailureReader = {
  readFailure(error) {
    const code = readCode(error);
    if (isBusy(error))
      return { ...readDriverFailure(error, never), remedy: 'busy', troubleCode: 'SQLITE_BUSY' };
    if (code.startsWith('SQLITE_')) return readSqliteFailure(code, readText(error));
    const failure = readDriverFailure(error, misconfigured);
    return withMissingTable(
      failure.remedy === 'configuration' ? { ...failure, advice: aboutFolder } : failure,
      failure.remedy ?? (conflictWords.test(failure.words) ? 'schema' : undefined),
    );
  },
  isBusy,
  // Its writers take turns.
  isConflict: () => false,
  isSignInRefused: () => false,
  isLockTimeout: () => false,
};

function isBusy(error: unknown): boolean {
  const code = readCode(error);
  // Knex's migrator keeps the words and drops the code. Where there is one, the words may be a trigger's.
  return code === ''
    ? /database (table )?is locked/.test(readText(error))
    : /^SQLITE_(BUSY|LOCKED)/.test(code);
}

/** SQLite has no code of its own for it. */
const withMissingTable = (failure: DatabaseFailure, remedy: DatabaseFailure['remedy']): DatabaseFailure => ({
  ...failure,
  remedy,
  ...(/^no such table/.test(failure.words) && { troubleCode: 'no such table' }),
});

const never = /(?!)/;
const misconfigured = /directory does not exist/i;
const away = /^SQLITE_(FULL|IOERR|PROTOCOL)/;
const refusing = /^SQLITE_(CANTOPEN|READONLY|PERM|AUTH|NOTADB|CORRUPT)/;
const conflict = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/;
const conflictWords =
  /no such (table|column)|has no column|duplicate column name|after drop column|cannot drop column/i;

function toRemedy(code: string, words: string, isRaised: boolean): DatabaseFailure['remedy'] {
  if (away.test(code)) return 'away';
  if (refusing.test(code)) return 'configuration';
  return isRaised || conflict.test(code) || conflictWords.test(words) ? 'schema' : undefined;
}

/** SQLite's own texts name tables and columns as `table.column`; those of a trigger say whatever its author wants. */
function readSqliteFailure(code: string, message: string): DatabaseFailure {
  const { words, isRaised = false } = describeFailure(code, message);
  const advice = advices.find(({ codes }) => codes.test(code))?.advice;
  const failure = { code, words, remedy: undefined, ...(advice !== undefined && { advice }) };
  return withMissingTable(failure, toRemedy(code, words, isRaised));
}

const aboutFolder = 'See that its folder exists, and that this user may write into the folder and the file.';

const advices = [
  {
    codes: /^SQLITE_(CANTOPEN|PERM)/,
    advice: aboutFolder,
  },
  { codes: /^SQLITE_READONLY/, advice: 'See that this user may write into the file and its folder.' },
  { codes: /^SQLITE_NOTADB/, advice: 'Name a file of SQLite, or one that does not exist yet.' },
] as const;

function describeFailure(
  code: string,
  message: string,
): { readonly words: string; readonly isRaised?: boolean } {
  if (/^SQLITE_CONSTRAINT_(TRIGGER|FUNCTION|VTAB|COMMITHOOK)$/.test(code))
    return { isRaised: true, words: `a trigger or a function of a table refused a row (${code})` };
  if (code.startsWith('SQLITE_CONSTRAINT')) return { words: `${describeViolation(message)} (${code})` };
  if (uncomputable.test(message)) {
    const words = 'a generated column, a check or a trigger of a table cannot be computed for a row';
    return { isRaised: true, words };
  }
  return { words: withoutStatement(message) };
}

/** What SQLite's functions say of their arguments. */
const uncomputable = /(?:^| - )(?:malformed JSON|integer overflow|(?:bad )?JSON path)/;

function describeViolation(message: string): string {
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
