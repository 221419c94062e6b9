import { ConfigurationError, DatabaseError, PassingError, SchemaConflictError } from '../errors.ts';
import { retryCommand } from '../verify/repair-command.ts';
import type { WaitOn } from './waits.ts';

export type WaitOnWarehouse = Extract<WaitOn, { readonly on: 'warehouse' }>;

/** Why a warehouse cannot be written to, in a few words, and what helps. */
interface Trouble {
  readonly reason: string;
  readonly advice: string;
  readonly codes: RegExp;
}

const awayAdvice = 'Start it, or correct its connection in river.yaml';

/** By SQLSTATE, SQLite's code or Node's; the first that fits. */
const troubles: readonly Trouble[] = [
  { reason: 'disk full', advice: 'Free space on its disk', codes: /^(53100|SQLITE_FULL)/ },
  {
    reason: 'read-only',
    advice: 'Make it writable (default_transaction_read_only, a standby, the rights of the file)',
    codes: /^(25006|SQLITE_READONLY)/,
  },
  {
    reason: 'access denied',
    advice: 'Grant the role its rights on the schema and on its tables',
    codes: /^(42501|SQLITE_(PERM|AUTH))/,
  },
  {
    reason: 'a schema or a table is missing',
    advice: 'Restore what was dropped or renamed',
    codes: /^(3F000|42P01|no such table)/,
  },
  { reason: 'login refused', advice: 'Correct its user and password', codes: /^28/ },
  { reason: 'the database is missing', advice: 'Create it, or correct its name', codes: /^3D000/ },
  { reason: 'too many connections', advice: 'Allow it more connections', codes: /^53300/ },
  {
    reason: 'locked by another process',
    advice: 'End the process that has a transaction open in it',
    codes: /^(SQLITE_(BUSY|LOCKED)|55P03)/,
  },
  { reason: 'the file cannot be opened', advice: 'Restore the file', codes: /^SQLITE_CANTOPEN/ },
  { reason: 'disk error', advice: 'Check its disk', codes: /^(58|SQLITE_IOERR)/ },
  { reason: 'shutting down or starting', advice: awayAdvice, codes: /^57P/ },
  { reason: 'connection refused', advice: awayAdvice, codes: /^ECONNREFUSED/ },
  { reason: 'connection lost', advice: awayAdvice, codes: /^(08|ECONN|EPIPE)/ },
  { reason: 'DNS lookup failed', advice: awayAdvice, codes: /^(ENOTFOUND|EAI_AGAIN)/ },
];

/** The reason for a failure's code. */
export function reasonForCode(code: string): string {
  const found = troubles.find(({ codes }) => codes.test(code));
  return found?.reason ?? (code === '' ? 'it cannot be reached' : `it failed with ${code}`);
}

/** The reason while a write takes too long, and the cause is not known yet. */
export const noAnswer = 'it does not answer in time';

/** What helps. */
export const adviceFor = (reason: string): string =>
  troubles.find((trouble) => trouble.reason === reason)?.advice ?? 'Check it';

/**
 * Which warehouse cannot be written to, and why, where a failure says so; undefined where it concerns a row, a value or a bug,
 * which waiting does not cure.
 */
export function findTrouble(
  error: unknown,
): { readonly warehouse: string; readonly reason: string } | undefined {
  if (!(error instanceof PassingError || error instanceof ConfigurationError || isOfTables(error)))
    return undefined;
  const { warehouse, reason } = error.facts;
  return typeof warehouse === 'string' && typeof reason === 'string' ? { warehouse, reason } : undefined;
}

const missing = reasonForCode('42P01');

/** River's own tables are gone, or a statement failed for an unknown reason. */
const isOfTables = (error: unknown): error is SchemaConflictError | DatabaseError =>
  error instanceof DatabaseError || (error instanceof SchemaConflictError && error.facts.reason === missing);

export const unwritableSentence = ({ warehouse, reason }: Omit<WaitOnWarehouse, 'on'>): string =>
  `The warehouse ${warehouse} cannot be written to (${reason}): nothing is called until it can.`;

/** Why a chunk, or a whole run, is given up. `giveUpAfter` as a person writes it. */
export const givenUpSentence = (
  { warehouse, reason, since }: Omit<WaitOnWarehouse, 'on'>,
  { what, giveUpAfter, workflowId }: Readonly<Record<'what' | 'giveUpAfter' | 'workflowId', string>>,
): string =>
  `Given up: ${what} the warehouse ${warehouse} has failed since ${since} (${reason}), for longer than giveUpAfter (${giveUpAfter}). ` +
  `${adviceFor(reason)}; then \`${retryCommand(workflowId)}\` loads what is missing.`;
