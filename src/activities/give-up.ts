import type { Call } from '#domain/call/call';
import { durationText } from '#domain/duration';
import { type BudgetSpentError, OptimoveUnavailableError, OutageError, RefusedError } from '#domain/errors';
import { failingMs, type OpenOutage, type Outages, outageMs, retryMs } from '#domain/run/failing-time';
import { type Pause, toIntervals } from '#domain/run/paused-intervals';
import type { WaitOn } from '#domain/run/waits';
import { retryCommand } from '#domain/verify/repair-command';
import type { FailureReading } from './warehouse-ports.ts';

/** What decides how long a run waits for answers. */
export interface Patience {
  readonly giveUpAfterMs: number;
  readonly connection: string;
  /** The run's. */
  readonly workflowId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Times that do not count. */
  readonly pauses: readonly Pause[];
  outages(): Outages;
  /** What the last request of the connection has failed with, as far as this process knows. */
  lastFailure?(): string | undefined;
}

/** When a call is worth another try, and what its run waits for until then. */
export interface NextTry {
  readonly inMs: number;
  readonly wait: WaitOn;
}

interface Waiting {
  readonly runId: string;
  readonly chunk: string | null;
  readonly warehouse: FailureReading;
  readonly patience: Patience;
}

/**
 * Throws where a failure, or the wait after one, has lasted for `giveUpAfter`: OutageError where the connection has
 * answered no call for that long, and RefusedError where it has answered others and this call alone has failed. Else says
 * in how many milliseconds the call is worth another try (where it waits already, after how many to look again at most),
 * and what is waited for.
 */
export async function giveUpIfTooLong(
  { runId, chunk, warehouse, patience }: Waiting,
  call: Call,
  error: OptimoveUnavailableError | BudgetSpentError,
): Promise<NextTry> {
  const now = Date.now();
  const { giveUpAfterMs } = patience;
  const { past, open } = patience.outages();
  const pauses = toIntervals(patience.pauses);
  if (open) {
    const run = { startedAt: Date.parse(patience.startedAt), pauses };
    const leftMs = giveUpAfterMs - outageMs(open, run, now);
    if (leftMs <= 0) throw outage(patience, open, error);
    // When that is, the budget says: it has the probe.
    const inMs =
      error instanceof OptimoveUnavailableError ? retryMs(0) : Math.ceil(Math.min(leftMs, error.waitMs));
    const since = new Date(open.from).toISOString();
    const { times, lastStatus } = await warehouse.countFailedSince(runId, since);
    const reason =
      error instanceof OptimoveUnavailableError
        ? describeReason(error)
        : (patience.lastFailure?.() ?? (lastStatus === null ? 'no answer' : `answered ${lastStatus}`));
    const wait = { reason, since, tries: Math.max(1, times), nextAt: toIso(now + inMs), isOutage: true };
    return { inMs, wait: { on: 'connection', ...wait } };
  }
  if (!(error instanceof OptimoveUnavailableError)) return { inMs: error.waitMs, wait: error.wait };
  const failures = await warehouse.readFailures(runId, chunk, listCallsBehind(call, error));
  const [first] = failures;
  if (!first || failingMs(failures, now, [...past, ...pauses]) < giveUpAfterMs) {
    const inMs = retryMs(Math.max(0, failures.length - 1));
    const since = first?.at ?? toIso(now);
    const tries = Math.max(1, failures.length);
    const wait = { reason: describeReason(error), since, tries, nextAt: toIso(now + inMs) };
    return { inMs, wait: { on: 'connection', ...wait } };
  }
  throw new RefusedError(`Given up: it has only failed since ${first.at}. ${error.message}`, {
    facts: error.facts,
    cause: error,
  });
}

const toIso = (at: number): string => new Date(at).toISOString();

const reasonsByCode: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection reset',
  ECONNREFUSED: 'connection refused',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'DNS lookup failed',
  EAI_AGAIN: 'DNS lookup failed',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
};

/** What a request came to, in a few words. */
export function describeReason({ facts: { status, code, outcome } }: OptimoveUnavailableError): string {
  if (typeof status === 'number') {
    const what = outcome === 'page' ? ' with an HTML page' : outcome === 'unreadable' ? ', unreadable' : '';
    return `answered ${status}${what}`;
  }
  return typeof code === 'string' ? (reasonsByCode[code] ?? `no answer, ${code}`) : 'no answer';
}

/** What failed may be a sign-in, by which the call fails as well. */
function listCallsBehind(call: Call, { facts }: OptimoveUnavailableError): readonly string[] {
  return typeof facts.call === 'string' && facts.call !== call.key ? [call.key, facts.call] : [call.key];
}

function outage(
  { connection, giveUpAfterMs, workflowId }: Patience,
  { from }: OpenOutage,
  cause: Error,
): OutageError {
  const since = new Date(from).toISOString();
  // Where no other call is made, one call that always fails is all that is known of the connection.
  const last = cause instanceof OptimoveUnavailableError ? ` The last failure: ${cause.message}` : '';
  return new OutageError(
    `Connection ${connection} has not answered any call since ${since}, for longer than giveUpAfter (${durationText(giveUpAfterMs)}). ` +
      `When it answers again, \`${retryCommand(workflowId)}\` loads what is missing.${last}`,
    { facts: { connection, since }, cause },
  );
}
