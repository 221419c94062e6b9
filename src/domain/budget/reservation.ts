/**
 * What a process and the budget of a connection say to each other: the request (`Reservation`), the permits, the answer
 * (`BudgetAnswer`), and the numbers on which both must agree.
 */
import { type BudgetWindow, shortestMs, type WindowUse } from './window.ts';

/**
 * The width of a permit: a call may be handed to the socket from its instant on and for this long. It covers what is
 * uncertain between the budget's clock and a process's, which is the time that an answer is on its way.
 */
export const permitMs = 250;

/** How much closer together calls may come on their way to the API, as a part of the shortest window. */
export const jitterShare = 0.05;

/** How far ahead a permit may lie: a process that is killed wastes no more than these. */
export const permitsAheadMs = 10_000;

/** The budget's clock shows whole milliseconds: when it answered, up to one more had passed. */
export const clockMs = 1;

/** By how much each window is planned longer than it is at the API, so that calls that come early or late stay within it. */
export function roomForPermits(windows: readonly BudgetWindow[]): number {
  return shortestMs(windows) * jitterShare + permitMs;
}

/** What a process asks of the budget of a connection, and what it has learned since it last asked. */
export interface Reservation {
  /** Names the process. */
  readonly process: string;
  /** Counts the requests of the process: the same number again is the same request, repeated on its way. */
  readonly sequence: number;
  /** The windows as the configuration of the process has them. */
  readonly windows: readonly BudgetWindow[];
  /** Calls that wait, by run; those that have waited longest first. */
  readonly asks: readonly WaitingCalls[];
  /** How many of them the process could send now: its free places for calls in flight. */
  readonly room: number;
  /** How far ahead a permit must lie to be of use when the answer arrives: answers can be slow. */
  readonly leadMs: number;
  /** How long a call of the process may take. */
  readonly callTimeoutMs: number;
  /** Permits whose call was not handed to the socket in time, or not at all, by their instants. */
  readonly returned: readonly { readonly run: string; readonly at: number }[];
  readonly outcomes: CallOutcomes;
}

/** Calls of a run that wait for a permit. */
export interface WaitingCalls {
  readonly run: string;
  readonly calls: number;
}

/** The outcomes of calls since the process last asked. */
export interface CallOutcomes {
  /** Whether the API has answered one of them, whatever it answered. */
  readonly answered: boolean;
  /** Calls that have failed since it last answered. */
  readonly failed: number;
  /** The longest Retry-After of a 503 among them; left out where none had one. */
  readonly retryAfterMs?: number;
  /** The outcome of the probe or trial; null where there was none. */
  readonly probe: 'answered' | 'failed' | 'returned' | null;
  /** 429s; `sentAgoMs` is how long ago their call was sent, `retryAfterMs` null where Retry-After was not given. */
  readonly throttled: readonly { readonly sentAgoMs: number; readonly retryAfterMs: number | null }[];
}

/** No call has ended. */
export const noOutcomes: CallOutcomes = Object.freeze({
  answered: false,
  failed: 0,
  probe: null,
  throttled: [],
});

/** The right to send one call of a run at a given time. */
export interface Permit {
  readonly run: string;
  /** Its instant on the budget's clock, from which it is valid for `permitMs`. A permit that is returned is named by it. */
  readonly at: number;
  /** Whether it is the one call that finds out if the API answers again. */
  readonly probe: boolean;
}

/** In how many milliseconds the next calls of a run may be sent that are not granted yet; ascending. */
export interface NextCalls {
  readonly run: string;
  readonly inMs: readonly number[];
}

/** What a budget answers at once. */
export interface Granted {
  readonly permits: readonly Permit[];
  /** When to ask again for what was not granted; null where all was, or the process has no room. */
  readonly askAgainMs: number | null;
  /** When what was not granted may be sent, as far as is known and for the nearest calls only. */
  readonly nextInMs: readonly NextCalls[];
  /** Why calls wait, where it is not the windows alone. */
  readonly heldBy: 'throttle' | 'outage' | null;
  /** For how long the API has not answered; left out where there is no outage. */
  readonly outage?: OutageSoFar;
}

/** How long an outage has lasted, as durations, because clocks differ. */
export interface OutageSoFar {
  /** Since when the API has answered no call. */
  readonly agoMs: number;
  /** The same without the time in which no call could be sent. */
  readonly countedMs: number;
}

/** What a process is answered: its permits, and how the windows stand. */
export interface BudgetAnswer extends Granted {
  /** What the budget's clock read when it answered. */
  readonly answeredAt: number;
  readonly windows: readonly WindowUse[];
  /** How many processes have asked lately. */
  readonly processes: number;
}
