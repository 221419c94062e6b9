import { setTimeout as sleep } from 'node:timers/promises';
import { RiverError, ThrottledError } from '#domain/errors';
import type { Secret } from '#domain/secret';
import { budgetSpent } from './budget-spent.ts';
import { endOfWaiting, type Passage } from './pass-gate.ts';

/** Optimove answers 429 to whoever signs in faster. */
const signInsApartMs = 1000;
/** After a 429 that does not say how long; twice as long each time. */
const [firstWaitMs, longestGrownMs] = [2_000, 120_000];
/** Who is to wait for longer waits in its run. */
const waitsHereMs = 10_000;
/** A token that is refused again so soon after it came back is dead. */
const provenWithinMs = 60_000;

/** The token that all calls of a connection share in this process. */
export interface Session {
  /** The token, signing in only where there is none. */
  token(passage: Passage): Promise<Secret>;
  /**
   * Gives a token up once it was refused; one that has come since stays. One that `mayLive` comes back where the next
   * sign-in is answered with 429, which says that some token of this login is alive.
   */
  forget(token: Secret, mayLive: boolean): void;
}

export interface SessionOptions {
  /** For how long a 429's Retry-After is kept to at most. */
  readonly longestWaitMs: number;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * One sign-in at a time, whoever needs it: the others wait for what comes of it, good or bad. One that is refused with
 * 429 (another token of this login is alive, maybe another process's) is sent again later, and whoever has a token goes on.
 */
export function createSession(
  signIn: (passage: Passage) => Promise<Secret>,
  { longestWaitMs, now = () => performance.now() }: SessionOptions,
): Session {
  let current: Secret | undefined;
  /** When the last sign-in ended, and from when on the next one may be sent. */
  let [endedAt, nextAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  /** 429s in a row. */
  let refused = 0;
  let heardLift = '';
  /** A token that was refused, maybe for nothing; and when such a one last came back. */
  let doubted: Secret | undefined;
  let cameBackAt = Number.NEGATIVE_INFINITY;
  /** Gives nothing where the one who signed in was called off: then the next one tries. */
  let underWay: Promise<Secret | undefined> | undefined;

  async function begin(passage: Passage): Promise<Secret | undefined> {
    const ended = endOfWaiting(passage);
    try {
      const waitMs = nextAt - now();
      if (waitMs > waitsHereMs) throw budgetSpent(waitMs, 'signIn');
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: ended });
      try {
        current = await signIn(passage);
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
        [current, doubted, cameBackAt] = [doubted, undefined, now()];
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

  function hearLift(lifted = ''): void {
    if (lifted <= heardLift) return;
    heardLift = lifted;
    refused = 0;
    nextAt = endedAt + signInsApartMs;
  }

  return {
    async token(passage) {
      const ended = endOfWaiting(passage);
      hearLift(passage.lifted);
      for (;;) {
        ended.throwIfAborted();
        if (current !== undefined) return current;
        const mine = underWay === undefined;
        underWay ??= begin(passage).finally(() => {
          underWay = undefined;
        });
        // Whoever signs in waits until its request has been recorded; the others may leave at once.
        const token = await (mine ? underWay : unlessAborted(underWay, ended));
        if (token !== undefined) return token;
      }
    },
    forget(token, mayLive) {
      if (current !== token) return;
      current = undefined;
      doubted = mayLive && now() - cameBackAt > provenWithinMs ? token : undefined;
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
