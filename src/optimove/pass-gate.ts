import type { CallHistory, RequestRecord } from '#domain/call/call-history';
import {
  BaseUrlInDoubtError,
  ConfigurationError,
  OptimoveUnavailableError,
  RefusedError,
  ReportRefusedError,
  ThrottledError,
} from '#domain/errors';
import type { CallGate, CallOutcome, EndCall } from './call-gate.ts';
import { failureOfRequest } from './failure-of-request.ts';
import type { Moment } from './failure-of-response.ts';
import type { Asked, Reply } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';
import { bodyAtMost, type Exchange, type Outgoing, type SendRequest } from './send-request.ts';

/** Who waits for a request, and hears of it. */
export interface Passage {
  /** Ends the waiting; a request that is under way goes on. */
  readonly signal: AbortSignal;
  /** Cuts a request that is under way as well. */
  readonly abort: AbortSignal;
  /** For whom: runs share a budget evenly. */
  readonly run: string;
  /** Whether this is the next page of a call that has begun. */
  readonly goesOn?: boolean;
  readonly record: (request: RequestRecord) => void;
  /** Hears that a request has gone out; what it gives hears that it is not waited for any more. */
  readonly onSent?: (() => () => void) | undefined;
  /** What a call has met before in its run; left out where it is made once. */
  readonly history?: (call: string) => Promise<CallHistory>;
  /** When a person last ended the connection's wait by hand, as far as the run has heard; ISO 8601. */
  readonly lifted?: string | undefined;
}

/** What ends the waiting of this passage. */
export function endOfWaiting({ signal, abort }: Passage): AbortSignal {
  return AbortSignal.any([signal, abort]);
}

/** What every request of a connection shares. */
export interface Door {
  readonly gate: CallGate;
  readonly send: SendRequest;
  readonly timeoutMs: number;
  readonly now: () => number;
}

const heldAtMostMs = 6_000;

/**
 * One request: waits for the gate, sends, tells the gate what came of it, records it, and gives what `read` makes of
 * the reply. `call` is the name in the record. The call holds its place until `keep` has put what it brought away: a kill
 * then loses no more answers than calls were in flight. A place where what was answered cannot be put away for long is
 * left all the same, for those who put theirs away elsewhere.
 */
export async function passGate<T>(
  door: Door,
  { call, asked, outgoing }: { call: string; asked: Asked; outgoing: Outgoing },
  passage: Passage,
  read: (reply: Reply, moment: Moment) => { value: T; rows: number },
  keep: (value: T) => Promise<void> = async () => {},
): Promise<T> {
  const { abort, record } = passage;
  const ended = endOfWaiting(passage);
  const { leave, exchange, at } = await sendWithinPermit(door, outgoing, passage, ended);
  let outcome: CallOutcome = { kind: 'abandoned' };
  const held = setTimeout(() => leave(outcome), heldAtMostMs);
  const result = await attempt(async () => {
    // A reply that came whole is taken even when nobody waits any more; a broken one is then our own doing.
    if (exchange.end.kind === 'broken') {
      abort.throwIfAborted();
      const { status, bytes, end } = exchange;
      const met = { status, bytes, timeoutMs: door.timeoutMs, history: await passage.history?.(call) };
      throw failureOfRequest(end.error, asked, met);
    }
    const reply = replyOf(exchange, asked);
    const now = door.now();
    try {
      return read(reply, { now });
    } catch (error) {
      // Only what is no answer depends on what came before, and 429 says what it means by itself.
      if (!passage.history || reply.status === 429) throw error;
      return read(reply, { now, history: await passage.history(call) });
    }
  });
  const abandoned = exchange.end.kind === 'broken' && abort.aborted;
  const { status, bytes, milliseconds } = exchange;
  if (!abandoned) outcome = outcomeOf(result, exchange, asked, door.now());
  const rows = result.ok ? result.value.rows : 0;
  record({ at, call, status, rows, bytes, milliseconds, ...whatItWas(result) });
  try {
    if (!result.ok) throw result.error;
    await keep(result.value.value);
    return result.value.value;
  } finally {
    clearTimeout(held);
    leave(outcome);
  }
}

/** A permit that no open connection was there for is given back: the one that was opened meanwhile serves the next. */
async function sendWithinPermit(
  door: Door,
  outgoing: Outgoing,
  { abort, run, goesOn, onSent }: Passage,
  ended: AbortSignal,
): Promise<{ readonly leave: EndCall; readonly exchange: SentExchange; readonly at: string }> {
  for (let isLate = false; ; isLate = true) {
    const leave = await door.gate.enter(ended, run, goesOn || isLate);
    if (ended.aborted) {
      leave({ kind: 'unsent' });
      throw ended.reason;
    }
    let sentAt = door.now();
    let onEnd = () => {};
    const onGone = () => {
      sentAt = door.now();
      onEnd = onSent?.() ?? onEnd;
    };
    const { until = Number.POSITIVE_INFINITY } = leave;
    const exchange = await door.send(outgoing, abort, { until, onGone }).finally(() => onEnd());
    if (!isSent(exchange)) leave({ kind: 'unsent' });
    else return { leave, exchange, at: new Date(sentAt).toISOString() };
  }
}

type SentExchange = Exchange & { readonly end: Exclude<Exchange['end'], { readonly kind: 'late' }> };
const isSent = (exchange: Exchange): exchange is SentExchange => exchange.end.kind !== 'late';

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

async function attempt<T>(action: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await action() };
  } catch (error) {
    return { ok: false, error };
  }
}

function replyOf({ end, status, bytes }: SentExchange, asked: Asked): Reply {
  if (end.kind === 'reply') return end.reply;
  throw new ReportRefusedError(
    `Optimove's answer to ${asked.description} is over ${bodyAtMost / 1024 / 1024} MB${asked.askForLess ? `: ${asked.askForLess}` : ''}.`,
    { facts: { ...asked.facts, status, bytes } },
  );
}

function outcomeOf(result: Attempt<unknown>, { end }: Exchange, asked: Asked, now: number): CallOutcome {
  if (result.ok) return { kind: 'answered' };
  if (result.error instanceof ThrottledError) {
    if (asked.kind === 'sign-in') return { kind: 'signInThrottled' };
    return { kind: 'throttled', retryAfterMs: result.error.retryAfterMs };
  }
  if (!isFailure(result.error)) return { kind: 'answered' };
  const asksFor =
    end.kind === 'reply' && end.reply.status === 503 ? retryAfterMs(end.reply.headers, now) : undefined;
  return asksFor === undefined ? { kind: 'failed' } : { kind: 'failed', retryAfterMs: asksFor };
}

/** Whoever answers with a page of 404 is there: what is not known is who. */
const isFailure = (error: unknown): boolean =>
  error instanceof OptimoveUnavailableError && !(error instanceof BaseUrlInDoubtError);

/** What the record of a request says of its reply. */
function whatItWas(result: Attempt<unknown>): Pick<RequestRecord, 'outcome' | 'bodyHash'> {
  if (result.ok) return { outcome: 'answered' };
  const { error } = result;
  if (error instanceof ThrottledError) return { outcome: 'throttled' };
  if (error instanceof RefusedError || error instanceof ConfigurationError) return { outcome: 'refused' };
  if (!(error instanceof OptimoveUnavailableError)) return { outcome: 'failed' };
  const { outcome = 'failed', bodyHash } = error.facts as Partial<
    Pick<RequestRecord, 'outcome' | 'bodyHash'>
  >;
  return { outcome, ...(bodyHash !== undefined && { bodyHash }) };
}
