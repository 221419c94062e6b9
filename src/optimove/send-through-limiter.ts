import type { CallLimiter, EndCall } from '#budget/limiter';
import type { CallOutcome } from '#budget/outcome-buffer';
import type { CallHistory, RequestRecord } from '#domain/call/call-history';
import {
  BaseUrlInDoubtError,
  ConfigurationError,
  OptimoveUnavailableError,
  RefusedError,
  ReportRefusedError,
  ThrottledError,
} from '#domain/errors';
import { answersInHand } from './answers-in-hand.ts';
import { failureOfRequest } from './failure-of-request.ts';
import type { ReplyContext } from './failure-of-response.ts';
import { type IncomingBody, incomingBodies } from './incoming-bodies.ts';
import { type Reply, type RequestInfo, readRetryAfter } from './reply.ts';
import { bodyAtMost, type Exchange, type HttpRequest, type SendRequest } from './send-request.ts';

/** What every request of a connection shares. */
export interface Transport {
  readonly limiter: CallLimiter;
  readonly send: SendRequest;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** How the caller of a request cancels it, and is told of it. */
export interface SendOptions {
  /** Ends the wait for a permit; a request that is under way goes on. */
  readonly signal: AbortSignal;
  /** Cuts a request that is under way as well. */
  readonly abort: AbortSignal;
  /** The run that the request is made for: runs share a budget evenly. */
  readonly run: string;
  /** Whether this is the next page of a call that has begun. */
  readonly goesOn?: boolean;
  /** Is given every request that was sent. */
  readonly record: (request: RequestRecord) => void;
  /** Is called when a request is handed to the socket; what it returns, when no answer is awaited any more. */
  readonly onSent?: (() => () => void) | undefined;
  /** What earlier requests of a call were answered in its run; left out where a call is made once. */
  readonly history?: (call: string) => Promise<CallHistory>;
  /** When a person last lifted the connection's wait, as far as the run knows; ISO 8601. */
  readonly lifted?: string | undefined;
}

/** Aborted when the caller no longer waits for a permit. */
export function toWaitSignal({ signal, abort }: SendOptions): AbortSignal {
  return AbortSignal.any([signal, abort]);
}

/** A call whose answer cannot be kept for so long frees its place for calls whose answers can, in another warehouse. */
const keepsPlaceAtMostMs = 6_000;

/** What a reply is. */
interface Read<T> {
  readonly value: T;
  readonly rows: number;
}

/** Answers of more bytes wait until what they become has room. */
const waitsFromBytes = 64 * 1024;

/**
 * One request: waits for a permit, sends, tells the limiter the outcome, records the request, and gives what `read` makes of
 * the reply. `call` is its name in the record. The call stays in flight until `keep` has stored the answer, so that a kill
 * loses no more answers than calls were in flight.
 */
export async function sendThroughLimiter<T>(
  transport: Transport,
  { call, info, request }: { call: string; info: RequestInfo; request: HttpRequest },
  options: SendOptions,
  read: (reply: Reply, context: ReplyContext) => Read<T> | Promise<Read<T>>,
  keep: (value: T) => Promise<void> = async () => {},
): Promise<T> {
  const { abort, record, history } = options;
  const body = incomingBodies.begin();
  const { end, exchange, sentAt } = await sendWithinPermit(transport, request, body, options).catch(
    (error: unknown) => {
      body.leave();
      throw error;
    },
  );
  // What is small, a failure above all, is read at once.
  const leaveHand = exchange.bytes > waitsFromBytes ? await answersInHand.enter(exchange.bytes) : () => {};
  let outcome: CallOutcome = { kind: 'abandoned' };
  const leave = () => {
    end(outcome);
    leaveHand();
    body.leave();
  };
  const placeTimer = setTimeout(leave, keepsPlaceAtMostMs);
  const result = await attempt(async () => {
    // A reply that came whole is read even where it is no longer awaited; a request that was cut was cut by us.
    if (exchange.end.kind === 'broken') {
      abort.throwIfAborted();
      const { status, bytes } = exchange;
      const broken = { status, bytes, timeoutMs: transport.timeoutMs, history: await history?.(call) };
      throw failureOfRequest(exchange.end.error, info, broken);
    }
    const reply = requireReply(exchange, info);
    const now = transport.now();
    try {
      return await read(reply, { now });
    } catch (error) {
      // The history matters only for what is not an answer, and not for 429, which is clear by itself.
      if (!history || reply.status === 429) throw error;
      return await read(reply, { now, history: await history(call) });
    }
  });
  const isAbandoned = exchange.end.kind === 'broken' && abort.aborted;
  if (!isAbandoned) outcome = toCallOutcome(result, exchange, info, transport.now());
  const { status, bytes, milliseconds } = exchange;
  const rows = result.ok ? result.value.rows : 0;
  record({ at: sentAt, call, status, rows, bytes, milliseconds, ...toRecordedOutcome(result) });
  try {
    if (!result.ok) throw result.error;
    await keep(result.value.value);
    return result.value.value;
  } finally {
    clearTimeout(placeTimer);
    leave();
  }
}

/** A permit for which no connection was open in time is returned: the connection that was opened meanwhile serves the next. */
async function sendWithinPermit(
  { limiter, send, now }: Transport,
  request: HttpRequest,
  body: IncomingBody,
  options: SendOptions,
): Promise<{ readonly end: EndCall; readonly exchange: SentExchange; readonly sentAt: string }> {
  const { abort, run, goesOn } = options;
  const waitSignal = toWaitSignal(options);
  for (let isLate = false; ; isLate = true) {
    const end = await limiter.acquire(waitSignal, run, goesOn || isLate);
    if (waitSignal.aborted) {
      end({ kind: 'unsent' });
      throw waitSignal.reason;
    }
    let sentAt = now();
    let onAnswered = () => {};
    const onSent = () => {
      sentAt = now();
      onAnswered = options.onSent?.() ?? onAnswered;
    };
    const { until = Number.POSITIVE_INFINITY } = end;
    const exchange = await send(request, abort, { until, onSent, body }).finally(() => onAnswered());
    if (isSent(exchange)) return { end, exchange, sentAt: new Date(sentAt).toISOString() };
    end({ kind: 'unsent' });
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

function requireReply({ end, status, bytes }: SentExchange, info: RequestInfo): Reply {
  if (end.kind === 'reply') return end.reply;
  throw new ReportRefusedError(
    `Optimove's answer to ${info.description} is over ${bodyAtMost / 1024 / 1024} MB${info.askForLess ? `: ${info.askForLess}` : ''}.`,
    { facts: { ...info.facts, status, bytes } },
  );
}

/** What the budget is told. */
function toCallOutcome(
  result: Attempt<unknown>,
  { end }: Exchange,
  info: RequestInfo,
  now: number,
): CallOutcome {
  if (result.ok) return { kind: 'answered' };
  if (result.error instanceof ThrottledError) {
    if (info.kind === 'sign-in') return { kind: 'signInThrottled' };
    return { kind: 'throttled', retryAfterMs: result.error.retryAfterMs };
  }
  if (!isUnavailable(result.error)) return { kind: 'answered' };
  const retryAfterMs =
    end.kind === 'reply' && end.reply.status === 503 ? readRetryAfter(end.reply.headers, now) : undefined;
  return retryAfterMs === undefined ? { kind: 'failed' } : { kind: 'failed', retryAfterMs };
}

/** A server that answers 404 with a page is there: only whether it is the API is in doubt. */
const isUnavailable = (error: unknown): boolean =>
  error instanceof OptimoveUnavailableError && !(error instanceof BaseUrlInDoubtError);

/** What the record of a request says of its reply. */
function toRecordedOutcome(result: Attempt<unknown>): Pick<RequestRecord, 'outcome' | 'bodyHash'> {
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
