import { setTimeout as sleep } from 'node:timers/promises';
import { toBudgetSpentError } from '#budget/wait-queue';
import { RiverError, ThrottledError } from '#domain/errors';
import type { Secret } from '#domain/secret';
import { type SendOptions, toWaitSignal } from './send-through-limiter.ts';

/** Optimove answers 429 to sign-ins that follow each other faster. */
const signInsApartMs = 1000;
/** After a 429 that does not say how long; twice as long each time. */
const [firstWaitMs, longestGrownMs] = [2_000, 120_000];
/** A call that must wait for longer waits in its run. */
const waitsHereMs = 10_000;
/** A token that is refused again so soon after it was restored has expired. */
const expiredWithinMs = 60_000;

/** The token that all calls of a connection share in this process. */
export interface Session {
  /** The token, signing in only where there is none. */
  token(options: SendOptions): Promise<Secret>;
  /**
   * Drops a token that was refused; a newer one stays. A token that `mayBeValid` is restored where the next sign-in is
   * answered with 429, which says that some token of this login is still valid.
   */
  forget(token: Secret, mayBeValid: boolean): void;
  /** Drops a token that an HTML page with 401 may have refused, unless a 429 has just said that it is valid. */
  doubt(token: Secret): void;
}

export interface SessionOptions {
  /** For how long a 429's Retry-After is obeyed at most. */
  readonly longestWaitMs: number;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * One sign-in at a time: all calls without a token wait for its result, good or bad. A sign-in that is refused with 429
 * (another token of this login is valid, maybe another process's) is sent again later, and calls with a token go on.
 */
export function createSession(
  signIn: (options: SendOptions) => Promise<Secret>,
  { longestWaitMs, now = () => performance.now() }: SessionOptions,
): Session {
  let current: Secret | undefined;
  /** When the last sign-in ended, and from when on the next one may be sent. */
  let [endedAt, nextAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  /** 429s in a row. */
  let refused = 0;
  let lastLift = '';
  /** A token that was refused, maybe wrongly; and when such a token was last restored. */
  let doubted: Secret | undefined;
  let restoredAt = Number.NEGATIVE_INFINITY;
  /** Gives nothing where the call that signed in was cancelled: then the next call signs in. */
  let underWay: Promise<Secret | undefined> | undefined;

  async function begin(options: SendOptions): Promise<Secret | undefined> {
    const ended = toWaitSignal(options);
    try {
      const waitMs = nextAt - now();
      if (waitMs > waitsHereMs) throw toBudgetSpentError(waitMs, 'signIn');
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: ended });
      try {
        current = await signIn(options);
        [refused, doubted] = [0, undefined];
        return current;
      } catch (error) {
        refused = error instanceof ThrottledError ? refused + 1 : 0;
        throw error;
      } finally {
        endedAt = now();
        nextAt = endedAt + signInsApartMs;
      }
    } catch (error) {
      if (error instanceof ThrottledError) nextAt = endedAt + waitAfter(error);
      if (error instanceof ThrottledError && doubted) {
        [current, doubted, restoredAt] = [doubted, undefined, now()];
        return current;
      }
      if (ended.aborted && !(error instanceof RiverError)) return undefined;
      throw error;
    }
  }

  const waitAfter = ({ retryAfterMs }: ThrottledError): number =>
    Math.max(
      signInsApartMs,
      retryAfterMs === undefined
        ? Math.min(longestGrownMs, firstWaitMs * 2 ** (refused - 1))
        : Math.min(longestWaitMs, retryAfterMs),
    );

  function applyLift(lifted = ''): void {
    if (lifted <= lastLift) return;
    lastLift = lifted;
    refused = 0;
    nextAt = endedAt + signInsApartMs;
  }

  return {
    async token(options) {
      const ended = toWaitSignal(options);
      applyLift(options.lifted);
      for (;;) {
        ended.throwIfAborted();
        if (current !== undefined) return current;
        const mine = underWay === undefined;
        underWay ??= begin(options).finally(() => {
          underWay = undefined;
        });
        // The call that signs in waits until its request has been recorded; the others may be cancelled at once.
        const token = await (mine ? underWay : unlessAborted(underWay, ended));
        if (token !== undefined) return token;
      }
    },
    forget(token, mayBeValid) {
      if (current !== token) return;
      current = undefined;
      doubted = mayBeValid && now() - restoredAt > expiredWithinMs ? token : undefined;
    },
    doubt(token) {
      if (current === token && now() - restoredAt > expiredWithinMs) [current, doubted] = [undefined, token];
    },
  };
}

/** What the promise gives, or the signal's reason if that comes first. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
