import { saysChangedMeanwhile } from '../cloud/script-session.ts';
import {
  type DatabaseFailure,
  type FailureReader,
  readCode,
  readDriverFailure,
  readText,
} from '../database-failure.ts';

/** What a transaction says whose session has ended, and with it what was brought for it. */
export const sessionGone = 'RIVER: the session has ended';
/** What was put into a stage and has not come out of it. */
export const rowsMissing = 'RIVER: not all rows have arrived in the stage';

/** What Snowflake says (by number) and what its driver does, as a failure whose words hold no value of a row. */
export const failures: FailureReader = {
  readFailure(error) {
    const number = readNumber(error);
    if (number === '') return readDriverFailure(error, misconfigured);
    return readServerFailure(number, error);
  },
  // Another transaction changes the same table, and lasts longer than a statement waits for it.
  isBusy: (error) => isConflict(error),
  isConflict(error) {
    const said = readText(error);
    return (
      saysChangedMeanwhile(said) ||
      said.includes(sessionGone) ||
      said.includes(rowsMissing) ||
      hasLostSession(error)
    );
  },
  isSignInRefused: (error) => /^(?:39010[0-9]|390144|390195|390303|390318|394\d{3})$/.test(readNumber(error)),
  isLockTimeout: () => false,
};

/** Others have the table; or of two that waited for each other this one was chosen. */
export const isConflict = (error: unknown): boolean =>
  /^0006(?:25|24)$/.test(readNumber(error)) ||
  /lock has not yet been released|deadlock|number of waiters/i.test(readText(error));

/** Snowflake, or the driver, has ended the session: the next statement opens another one. */
export const hasLostSession = (error: unknown): boolean =>
  /^(?:390104|39011[1-5]|401004|40700[12])$/.test(readNumber(error));

/** Six digits, of Snowflake or of its driver; empty where neither has said it. */
function readNumber(error: unknown): string {
  const { code, sqlState } = (error ?? {}) as { code?: unknown; sqlState?: unknown };
  if (typeof code === 'number') return String(code).padStart(6, '0');
  return typeof code === 'string' && /^\d{6}$/.test(code) && sqlState !== null ? code : '';
}

/** What the driver says before anything is sent. */
const misconfigured =
  /no such file|ENOENT|EISDIR|EACCES|private.?key|PEM|key type|passphrase|must be specified|Invalid (?:account|user|authenticator)/i;

const away =
  /^(?:40100[1-3]|40200[12]|39011[1-5]|00060[34]|000630|000629|0006[0-9]{2}|090073|090097|261\d{3}|3000\d\d)$/;
/** Data, tables and columns. */
const misfit = /^(?:100|00[012])\d{3,4}$/;
const refusing = /^(?:003001|003003|000606|390\d{3}|394\d{3}|404\d{3}|40550[67])$/;

function readServerFailure(number: string, error: unknown): DatabaseFailure {
  const said = readText(error);
  const isRefusing = refusing.test(number) && !hasLostSession(error);
  const { cause } = error as { cause?: unknown };
  const troubleCode =
    troubleCodes.find(([words]) => words.test(`${number} ${said}`))?.[1] ?? (readCode(cause) || undefined);
  return {
    code: number,
    words: `${describeFailure(said, away.test(number))} (${number})`,
    remedy: isRefusing
      ? 'configuration'
      : away.test(number)
        ? 'away'
        : misfit.test(number)
          ? 'schema'
          : undefined,
    ...(isRefusing && {
      advice: 'Grant the role the rights that docs/warehouses.md names, or correct the connection.',
    }),
    ...(troubleCode !== undefined && { troubleCode }),
  };
}

/** As the SQLSTATE of the same trouble, by which a reason is found for it. */
const troubleCodes: readonly (readonly [RegExp, string])[] = [
  [/^00300[13]\b/, '42501'],
  [/^39(?:01|03|4)/, '28000'],
  // Both say it of columns and of operations as well, which are not there either.
  [/^(?:002003|002043) .*(?:Object|Schema|Database|Table) .*does not exist/s, '42P01'],
];

/** Names of objects, rights, times; never what a value is. */
const withoutValues = [
  /Insufficient privileges to operate on [\w $.'"-]{1,200}/,
  /Object '[^'\n]{1,300}' does not exist or not authorized/,
  /(?:Schema|Database|Table|Stage) '[^'\n]{1,300}' does not exist or not authorized/,
  /(?:Role '[^'\n]{1,200}' specified in the connect string|The requested (?:database|schema|warehouse|role)) does not exist or not authorized/,
  /Incoming request with IP\/Token [\da-f.:]{1,50} is not allowed to access Snowflake/,
  /NULL result in a non-nullable column/,
  /invalid identifier '[^'\n]{1,300}'/,
  /No active warehouse selected in the current session/,
  /Warehouse '[^'\n]{1,200}' cannot be resumed[^'"\n]{0,100}/,
  /Statement reached its statement or warehouse timeout of \d+ second\(s\)/,
  /(?:Incorrect username or password was specified|JWT token is invalid)/,
  /(?:connect|getaddrinfo) E[A-Z_]+ [\w.:-]{1,200}/,
  /Network error\. Could not reach (?:Snowflake|S3\/Blob)/,
  /Request to (?:Snowflake|S3\/Blob) failed/,
  // The driver's own, of its options.
  /^(?:Invalid|An?) [\w .]{1,80}must (?:not )?be[\w ,.-]{1,120}/,
];

function describeFailure(said: string, isAway: boolean): string {
  for (const words of withoutValues) {
    const [found] = words.exec(said) ?? [];
    if (found !== undefined) return found.trim().replace(/\.$/, '');
  }
  return isAway ? 'Snowflake cannot do it at the moment' : 'Snowflake refused a statement or a value';
}
