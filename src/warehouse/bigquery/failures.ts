import { saysChangedMeanwhile } from '../cloud/script-session.ts';
import {
  type DatabaseFailure,
  type FailureReader,
  readCode,
  readDriverFailure,
  readText,
} from '../database-failure.ts';

/** What BigQuery says (by reason) and what its driver does, as a failure whose words hold no value of a row. */
export const failures: FailureReader = {
  readFailure(error) {
    const reason = readReason(error);
    if (reason === '') return readDriverFailure(error, misconfigured);
    return readServerFailure(reason, readText(error));
  },
  // Another transaction changes the same table: it is waited for, as is a quota of so many changes of a table in so many seconds.
  isBusy: (error) => isConflict(error) || isTooFast(error),
  isConflict: (error) => saysChangedMeanwhile(readText(error)),
  isSignInRefused: (error) => readHttpStatus(error) === 401 || /invalid_grant/.test(readText(error)),
  isLockTimeout: () => false,
};

/** BigQuery has cancelled the transaction in favour of another one, and nothing of it is done. */
export const isConflict = (error: unknown): boolean =>
  /aborted due to concurrent update|Could not serialize access to table/i.test(readText(error));

const isTooFast = (error: unknown): boolean => /^(?:job)?rateLimitExceeded$/i.test(readReason(error));

interface ServerError {
  readonly code?: unknown;
  readonly errors?: readonly { readonly reason?: unknown }[];
}

const readHttpStatus = (error: unknown): number | undefined => {
  const { code } = (error ?? {}) as ServerError;
  return typeof code === 'number' ? code : undefined;
};

/** BigQuery's own word for what has happened; empty where it has said nothing. */
function readReason(error: unknown): string {
  const { errors } = (error ?? {}) as ServerError;
  const reason = errors?.[0]?.reason;
  if (typeof reason === 'string' && reason !== '') return reason;
  const status = readHttpStatus(error);
  return status === undefined || readCode(error) !== '' ? '' : `HTTP ${status}`;
}

/** What the driver says before anything is sent. */
const misconfigured =
  /invalid_grant|Could not load the default credentials|Unable to detect a Project Id|no such file|ENOENT|EISDIR|EACCES|private.key|client_email|must contain|does not contain|invalid_client/i;

const away =
  /^(?:backendError|internalError|(?:job)?rateLimitExceeded|quotaExceeded|jobBackendError|jobInternalError|tableUnavailable|resourcesExceeded|stopped|timeout|HTTP (?:429|5\d\d))$/i;
const refusing =
  /^(?:accessDenied|authError|unauthorized|required|billingNotEnabled|billingTierLimitExceeded|forbidden|accessNotConfigured|HTTP 40[13])$/i;
const conflict = /^(?:invalid|invalidQuery|notFound|duplicate|responseTooLarge|HTTP 40[049])$/i;

/** A project that is not there, or a dataset that lies elsewhere. */
const misplaced = /Not found: Project|Invalid project ID|was not found in location/;

function readServerFailure(reason: string, said: string): DatabaseFailure {
  if (misplaced.test(said))
    return {
      code: reason,
      words: describeFailure(reason, said),
      remedy: 'configuration',
      advice: 'Correct `projectId` or `location` of the connection.',
    };
  const troubleCode = troubleCodes.find(([words]) => words.test(`${reason} ${said}`))?.[1];
  return {
    code: reason,
    words: `${describeFailure(reason, said)} (${reason})`,
    remedy: away.test(reason)
      ? 'away'
      : refusing.test(reason)
        ? 'configuration'
        : conflict.test(reason)
          ? 'schema'
          : undefined,
    ...(refusing.test(reason) && {
      advice: 'Grant the account the roles that docs/warehouses.md names, or correct its key.',
    }),
    ...(troubleCode !== undefined && { troubleCode }),
  };
}

/** As the SQLSTATE of the same trouble, by which a reason is found for it. */
const troubleCodes: readonly (readonly [RegExp, string])[] = [
  [/^accessDenied/, '42501'],
  [/^(?:authError|unauthorized|HTTP 401)/, '28000'],
  [/Not found: (?:Dataset|Table)/, '42P01'],
];

/** Names of datasets, tables and columns, and rights; never what a value is. */
const withoutValues = [
  /Access Denied: [^\n']{1,200}/,
  /Not found: (?:Dataset|Table|Project|Job) [\w.:/ -]{1,300}/i,
  /Invalid project ID/,
  /Required (?:field|column) [\w.]+ cannot be null/i,
  /(?:Quota|Rate limits?) exceeded[^\n'"]{0,120}/i,
  /Unrecognized name: [\w.`]+/,
];

function describeFailure(reason: string, said: string): string {
  for (const words of withoutValues) {
    const [found] = words.exec(said) ?? [];
    if (found !== undefined) return found.trim().replace(/\.$/, '');
  }
  if (/^invalid/i.test(reason)) return 'a statement or a value was refused';
  return away.test(reason) ? 'BigQuery cannot do it at the moment' : 'BigQuery refused it';
}
