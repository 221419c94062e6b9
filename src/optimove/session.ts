import { setTimeout as sleep } from 'node:timers/promises';
import { RiverError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { endOfWaiting, type Passage } from './pass-gate.ts';

/** Optimove answers 429 to whoever signs in faster. */
const signInsApartMs = 1000;

/** The token that all calls of a connection share in this process. */
export interface Session {
  /** The token, signing in only where there is none. */
  token(passage: Passage): Promise<Secret>;
  /** Gives a token up once it was refused; one that has come since stays. */
  forget(token: Secret): void;
}

/** One sign-in at a time, whoever needs it: the others wait for what comes of it, good or bad. */
export function createSession(signIn: (passage: Passage) => Promise<Secret>): Session {
  let current: Secret | undefined;
  let endedAt = Number.NEGATIVE_INFINITY;
  /** Gives nothing where the one who signed in was called off: then the next one tries. */
  let underWay: Promise<Secret | undefined> | undefined;

  async function begin(passage: Passage): Promise<Secret | undefined> {
    const ended = endOfWaiting(passage);
    try {
      const waitMs = endedAt + signInsApartMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: ended });
      current = await signIn(passage).finally(() => {
        endedAt = performance.now();
      });
      return current;
    } catch (error) {
      if (ended.aborted && !(error instanceof RiverError)) return undefined;
      throw error;
    }
  }

  return {
    async token(passage) {
      const ended = endOfWaiting(passage);
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
    forget(token) {
      if (current === token) current = undefined;
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
