import { randomUUID } from 'node:crypto';
import { type CallLimiter, createSharedLimiter, type SharedLimiter } from '#budget/limiter';
import type { BudgetAnswer, Reservation } from '#domain/budget/reservation';
import type { AnswerRow, Call, PageAsked } from '#domain/call/call';
import { lastDataUpdate } from '#domain/call/list-calls';
import {
  BaseUrlInDoubtError,
  BudgetSpentError,
  ConfigurationError,
  OptimoveUnavailableError,
  RefusedError,
  ThrottledError,
} from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import { createOptimove } from '#optimove/create-optimove';
import { signInCall } from '#optimove/sign-in';

/** Asks the budget of a connection. */
export type Reserve = (request: Reservation) => Promise<BudgetAnswer>;

/** A person sits before it: a command waits this long for the budget … */
const permitWithinMs = 5_000;
/** … and this long for the answer. */
const answerWithinMs = 15_000;

/**
 * The answer to one call from the command line. A page with 404 asks GetLastDataUpdate as well, and where that is not there
 * either the base URL is wrong: ConfigurationError. Else throws as `ask` does.
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
      `Connection ${connection.name} (${connection.baseUrl}) ${howItIsAway(error)}.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * One call from the command line, within the connection's budget. Without `reserve` (Temporal is away, so nobody
 * else is sending) it is made all the same. Throws OptimoveUnavailableError where there is no answer in time.
 */
async function ask(
  connection: Connection,
  call: Call,
  reserve: Reserve | undefined,
  page?: PageAsked,
): Promise<readonly AnswerRow[]> {
  const waiting = AbortSignal.timeout(permitWithinMs);
  const abort = AbortSignal.timeout(permitWithinMs + answerWithinMs);
  const limiter = reserve && createLimiter(connection, reserve);
  try {
    const passage = { signal: waiting, abort, run: 'command line', record: () => {} };
    const { rows } = await createOptimove(connection, limiter ?? unlimited).request(call, page, passage);
    return rows;
  } catch (error) {
    const why = whyUnanswered(error, waiting, abort);
    if (why === undefined) throw error;
    const Failure =
      error instanceof ThrottledError || error instanceof BudgetSpentError
        ? NoCallsLeftError
        : OptimoveUnavailableError;
    throw new Failure(`Connection ${connection.name} (${connection.baseUrl}) ${why}.`, { cause: error });
  } finally {
    await limiter?.close();
  }
}

/** The budget is used up, or the API asks to wait: nothing is wrong with the connection. */
export class NoCallsLeftError extends OptimoveUnavailableError {}

function createLimiter({ budget: windows, maxConcurrentCalls }: Connection, reserve: Reserve): SharedLimiter {
  const process = randomUUID();
  return createSharedLimiter({
    maxConcurrentCalls,
    maxWaitMs: permitWithinMs,
    reserve: (request) => reserve({ ...request, process, windows, callTimeoutMs: answerWithinMs }),
  });
}

/** Lets a call through at once. */
const unlimited: CallLimiter = { acquire: async () => () => {} };

function whyUnanswered(error: unknown, waiting: AbortSignal, abort: AbortSignal): string | undefined {
  if (isSignedInElsewhere(error))
    return 'does not let River sign in once more (429): somebody is signed in with this login already, such as a worker';
  if (error instanceof ThrottledError || error instanceof BudgetSpentError)
    return 'has no calls left just now';
  if (error === abort.reason) return `did not answer within ${answerWithinMs / 1000} s`;
  if (error === waiting.reason)
    return `gave no permit to call within ${permitWithinMs / 1000} s: maybe no worker runs`;
  // A run tries again; a command says how it stands, and where.
  if (error instanceof OptimoveUnavailableError && !(error instanceof BaseUrlInDoubtError))
    return howItIsAway(error);
  return undefined;
}

/** A second sign-in while a token is alive is refused: then the first one was right. */
export const isSignedInElsewhere = (error: unknown): boolean =>
  error instanceof ThrottledError && error.facts.call === signInCall;

function howItIsAway({ facts: { status, said }, cause }: OptimoveUnavailableError): string {
  if (typeof status === 'number') return `answers ${status}${said ? `: ${said}` : ''}`;
  return `does not answer: ${cause instanceof Error ? cause.message : 'it broke off'}. Check its baseUrl, and whether this machine reaches it`;
}
