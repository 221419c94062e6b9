import type { OutageSoFar } from './outage.ts';
import type { BudgetWindow } from './window.ts';
import type { WindowUse } from './window-use.ts';

/** What a process asks of the budget of a connection, and what it has learned since it last asked. */
export interface Reservation {
  /** Names the process. */
  readonly process: string;
  /** Counts the requests of the process: the same number again is the same request, repeated on its way. */
  readonly sequence?: number;
  /** The windows as its configuration has them. */
  readonly windows: readonly BudgetWindow[];
  /** Calls that wait, by run; those that have waited longest first. */
  readonly asks: readonly RunAsks[];
  /** How many of them it could send now: its free places for calls in flight. */
  readonly room: number;
  /** How far ahead a permit must lie to be of use when the answer has come: answers can be slow. */
  readonly leadMs?: number;
  /** How long a call of it may take; a process of an earlier version does not say. */
  readonly callTimeoutMs?: number;
  /** Instants of permits whose call was not handed to the socket in time, or not at all. */
  readonly returned: readonly { readonly run: string; readonly at: number }[];
  readonly news: CallNews;
}

export interface RunAsks {
  readonly run: string;
  readonly calls: number;
}

/** What has become of calls since the process last asked. */
export interface CallNews {
  /** Whether the API has answered one of them, however. */
  readonly answered: boolean;
  /** Calls that have failed since it last answered. */
  readonly failed: number;
  /** The longest Retry-After of a 503 among them; left out where none bore it. */
  readonly unavailableForMs?: number;
  /** What the probe of an outage came to; null where there was none. */
  readonly probe: 'answered' | 'failed' | 'returned' | null;
  /** 429s; `sentAgoMs` is how long ago their call was sent, `retryAfterMs` null where Retry-After was not given. */
  readonly throttled: readonly { readonly sentAgoMs: number; readonly retryAfterMs: number | null }[];
}

/** Nothing has happened. */
export const noNews: CallNews = Object.freeze({ answered: false, failed: 0, probe: null, throttled: [] });

export interface Permit {
  readonly run: string;
  /** Its instant on the budget's clock: what it is returned by. */
  readonly at: number;
  /** How long after the budget answered it begins. It holds for `permitMs`. */
  readonly afterMs: number;
  /** Whether it is the one call that finds out if an outage is over. */
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
  /** When to ask again for what was not granted; null where all was. */
  readonly askAgainMs: number | null;
  /** When what was not granted may be sent, as far as is known and for the nearest calls only. */
  readonly nextInMs: readonly NextCalls[];
  /** Why calls wait, where it is not the windows alone. */
  readonly heldBy: 'throttle' | 'outage' | null;
  /** For how long nobody was answered, in an outage; a budget that was begun by an earlier version does not say. */
  readonly outage?: OutageSoFar;
}

/** What a process is answered: its permits, and how the windows stand. */
export interface BudgetAnswer extends Granted {
  /** What the budget's clock read when it answered. */
  readonly answeredAt: number;
  readonly windows: readonly WindowUse[];
  /** How many processes have asked of late; a budget that was begun by an earlier version does not say. */
  readonly processes?: number;
}
