import type { CallLimiter } from '#budget/limiter';
import type { CallOutcome } from '#budget/outcome-buffer';
import { defaultBudget } from '#domain/budget/window';
import type { Call, PageAsked } from '#domain/call/call';
import type { RequestRecord } from '#domain/call/call-history';
import type { Connection } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { createOptimove } from '#optimove/create-optimove';

export const apiKey = 'key-4f1e "9c/2';
export const password = 'pass-7a60 "b1/3';

export function aConnection(baseUrl: string, changes: Partial<Connection> = {}): Connection {
  return {
    name: 'main',
    baseUrl,
    auth: { kind: 'apiKey', apiKey: new Secret(apiKey) },
    budget: defaultBudget,
    maxConcurrentCalls: 8,
    pageSize: 10_000,
    callTimeoutMs: 20_000,
    ...changes,
  };
}

export const aLogin: Connection['auth'] = { kind: 'login', username: 'ada', password: new Secret(password) };

export function aCall(changes: Partial<Call> = {}): Call {
  return {
    key: 'GetCustomersByAction?Date=2026-01-05&ActionID=12',
    kind: 'data',
    endpoint: 'customers/GetCustomersByAction',
    parameters: { Date: '2026-01-05', ActionID: '12' },
    stamps: {},
    pages: true,
    ...changes,
  };
}

/** A limiter that lets every call through and records its outcome. */
export function aLimiter(): CallLimiter & { readonly outcomes: CallOutcome[]; acquired: number } {
  const outcomes: CallOutcome[] = [];
  return {
    outcomes,
    acquired: 0,
    async acquire(signal) {
      signal.throwIfAborted();
      this.acquired += 1;
      return (outcome) => outcomes.push(outcome);
    },
  };
}

/** An Optimove client, and how to ask it with the things a caller always brings along. */
export function aClient<Limiter extends CallLimiter = ReturnType<typeof aLimiter>>(
  connection: Connection,
  { now, limiter = aLimiter() as CallLimiter as Limiter }: { now?: () => number; limiter?: Limiter } = {},
) {
  const records: RequestRecord[] = [];
  const optimove = createOptimove(connection, limiter, now === undefined ? {} : { now });
  const never = new AbortController().signal;
  return {
    limiter,
    records,
    optimove,
    ask: (
      call: Call = aCall(),
      page?: PageAsked,
      {
        signal = never,
        abort = never,
        lifted,
      }: { signal?: AbortSignal; abort?: AbortSignal; lifted?: string } = {},
    ) =>
      optimove.request(call, page, {
        signal,
        abort,
        run: 'run',
        lifted,
        record: (request) => records.push(request),
      }),
  };
}

/** What a promise rejects with; an error where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}
