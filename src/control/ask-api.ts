import { randomUUID } from 'node:crypto';
import { type CallLimiter, createSharedLimiter, type SharedLimiter } from '#budget/limiter';
import { type BudgetAnswer, permitsAheadMs, type Reservation } from '#domain/budget/reservation';
import type { AnswerRow, Call, PageAsked } from '#domain/call/call';
import { fingerprintRows } from '#domain/call/fingerprint';
import { lastDataUpdate, listCall, readListAnswers } from '#domain/call/list-calls';
import { isRepeated, nextPage, type PageReceived, pageAsked } from '#domain/call/paging';
import type { Choosable } from '#domain/call/resolve-choice';
import { createSeenPages } from '#domain/call/seen-pages';
import { type ListedFilter, pickLists } from '#domain/catalogue/lists';
import { fitListRows } from '#domain/column/fit-rows';
import {
  BaseUrlInDoubtError,
  BudgetSpentError,
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  RefusedError,
  RiverError,
  ThrottledError,
} from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import { createOptimove } from '#optimove/create-optimove';
import { signInCall } from '#optimove/sign-in';
import { withTemporalIfThere } from './connect-temporal.ts';
import { reserveIfServed } from './shared-budget.ts';

/** Asks the budget of a connection. */
export type Reserve = (request: Reservation) => Promise<BudgetAnswer>;

/** A person waits for the command: it waits this long for the budget to answer at all, … */
const budgetWithinMs = 5_000;
/** … this long for a permit, which is as far ahead as the budget gives one, … */
const permitWithinMs = permitsAheadMs;
/** … and this long for the API's answer. */
const answerWithinMs = 15_000;

/**
 * Sends one call from the command line. After a 404 it also calls GetLastDataUpdate; where that is answered with 404 as well, the
 * base URL is wrong: ConfigurationError. Otherwise throws as `ask` does.
 */
export async function askOnce(
  connection: Connection,
  call: Call,
  reserve: Reserve | undefined,
  page?: PageAsked,
): Promise<readonly AnswerRow[]> {
  try {
    return await ask(connection, call, reserve, page);
  } catch (error) {
    if (!(error instanceof BaseUrlInDoubtError)) throw error;
    const { message, facts } = error;
    if (call === lastDataUpdate) throw new ConfigurationError(message, { facts, cause: error });
    await askOnce(connection, lastDataUpdate, reserve).catch((refusal: unknown) => {
      if (!(refusal instanceof RefusedError)) throw refusal;
    });
    throw new OptimoveUnavailableError(
      `Connection ${connection.name} (${connection.baseUrl}) ${describeOutage(error)}.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * One call within the connection's budget. Without `reserve` (Temporal cannot be reached, so no worker sends calls
 * either) it is sent without a permit. Throws OptimoveUnavailableError where there is no answer in time.
 */
async function ask(
  connection: Connection,
  call: Call,
  reserve: Reserve | undefined,
  page?: PageAsked,
): Promise<readonly AnswerRow[]> {
  const silence = new AbortController();
  const silent = reserve && setTimeout(() => silence.abort(), budgetWithinMs);
  const late = AbortSignal.timeout(permitWithinMs);
  const abort = AbortSignal.timeout(permitWithinMs + answerWithinMs);
  const limiter = reserve && createLimiter(connection, reserve, () => clearTimeout(silent));
  try {
    const signal = AbortSignal.any([silence.signal, late]);
    const passage = { signal, abort, run: 'command line', record: () => {} };
    const { rows } = await createOptimove(connection, limiter ?? unlimited).request(call, page, passage);
    return rows;
  } catch (error) {
    const isSpent =
      error instanceof ThrottledError || error instanceof BudgetSpentError || error === late.reason;
    const why = isSpent ? describeSpent(error) : explainFailure(error, silence.signal, abort);
    if (why === undefined) throw error;
    const Failure = isSpent ? NoCallsLeftError : OptimoveUnavailableError;
    throw new Failure(`Connection ${connection.name} (${connection.baseUrl}) ${why}.`, { cause: error });
  } finally {
    clearTimeout(silent);
    await limiter?.close();
  }
}

/** The budget is used up, or the API asks to wait: nothing is wrong with the connection. */
export class NoCallsLeftError extends OptimoveUnavailableError {}

function createLimiter(
  { budget: windows, maxConcurrentCalls }: Connection,
  reserve: Reserve,
  onAnswer: () => void,
): SharedLimiter {
  const process = randomUUID();
  return createSharedLimiter({
    maxConcurrentCalls,
    maxWaitMs: permitWithinMs,
    async reserve(request) {
      const answer = await reserve({ ...request, process, windows, callTimeoutMs: answerWithinMs });
      onAnswer();
      return answer;
    },
  });
}

/** Sends every call at once. */
const unlimited: CallLimiter = { acquire: async () => () => {} };

const describeSpent = (error: unknown): string =>
  isSignedInElsewhere(error)
    ? 'refuses a second sign-in (429): this login is already in use, such as by a worker'
    : 'has no calls left at the moment; `river budget` shows how many are free, and what waits';

function explainFailure(error: unknown, silence: AbortSignal, abort: AbortSignal): string | undefined {
  if (error === abort.reason) return `did not answer within ${answerWithinMs / 1000} s`;
  if (error === silence.reason)
    return `was not called: no worker has answered within ${budgetWithinMs / 1000} s, so the call limit cannot be checked. Start one: \`river worker\``;
  // A run would retry; a command says what is wrong, and where.
  if (error instanceof OptimoveUnavailableError && !(error instanceof BaseUrlInDoubtError))
    return describeOutage(error);
  return undefined;
}

/** The API refuses a second sign-in while the first one's token is valid: so the credentials are right. */
export const isSignedInElsewhere = (error: unknown): boolean =>
  error instanceof ThrottledError && error.facts.call === signInCall;

function describeOutage({ facts: { status, said }, cause }: OptimoveUnavailableError): string {
  if (typeof status === 'number') return `answers ${status}${said ? `: ${said}` : ''}`;
  return `does not answer: ${cause instanceof Error ? cause.message : 'the connection was lost'}. Check its baseUrl, and whether this machine can reach it`;
}

/** The rows of a list, from the command line: further pages are asked for as a run would, where the answer may be cut. */
export async function askList(
  connection: Connection,
  call: Call,
  reserve: Reserve | undefined,
): Promise<readonly AnswerRow[]> {
  const known = createSeenPages().known(call.endpoint);
  const all = [...(await askOnce(connection, call, reserve))];
  const first = fingerprintRows(all);
  let before: readonly AnswerRow[] = all.slice();
  let page: PageReceived = { call, asked: undefined, size: measurePage(all), fingerprint: first };
  while (nextPage(page, known) === 'ask') {
    const asked = pageAsked(call, connection.pageSize, all.length);
    const rows = await askOnce(connection, call, reserve, asked).catch(noRowsWhereRefused);
    const earlier = { first, before: page.fingerprint };
    const known = compareRows(before, rows);
    page = { call, asked, size: measurePage(rows), fingerprint: fingerprintRows(rows), earlier, known };
    if (isRepeated(page)) break;
    before = rows;
    for (const row of rows) all.push(row);
  }
  return all;
}

/** What the API has for a filter to choose, asked through the budget where a worker sends calls. */
export const readChoices = (connection: Connection, filter: ListedFilter): Promise<readonly Choosable[]> =>
  withTemporalIfThere(async (temporal) => {
    const reserve = (await reserveIfServed(temporal?.client))(connection.name);
    const call = listCall(pickLists[filter]);
    const page = { call: call.key, ...fitListRows(await askList(connection, call, reserve), call) };
    return (await readListAnswers([page]))[filter] ?? [];
  });

const measurePage = (rows: readonly AnswerRow[]) => ({ rows: rows.length, bytes: 0 });

function compareRows(before: readonly AnswerRow[], rows: readonly AnswerRow[]): PageReceived['known'] {
  const known = new Set(before.map((row) => fingerprintRows([row])));
  const repeated = rows.filter((row) => known.has(fingerprintRows([row]))).length;
  return { before: before.length, different: known.size, repeated };
}

/** The list itself was answered; its further pages may be refused. A 403 refuses what was asked on, not the credentials. */
function noRowsWhereRefused(error: unknown): readonly AnswerRow[] {
  if (!(error instanceof RiverError)) throw error;
  const { status } = error.facts;
  const isMissing = error instanceof ConfigurationError && status === 404;
  const isOfCredentials = error instanceof CredentialsRefusedError && status !== 403;
  if (isMissing || (error instanceof RefusedError && !isOfCredentials)) return [];
  throw error;
}
