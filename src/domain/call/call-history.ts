import type { Day } from '../period/date-range.ts';

/**
 * How the reply to a request was classified, as far as a later reply to the same call depends on it: `page` is HTML in place of
 * the API's answer, `unreadable` a 200 that is neither JSON nor a page, `throttled` 429 or words that say the same; `lost` an
 * answer that the warehouse could not store.
 */
export type RequestOutcome = 'answered' | 'refused' | 'throttled' | 'page' | 'unreadable' | 'failed' | 'lost';

/** One HTTP request that was sent, whatever its outcome: it counts on the budget and becomes a row of `river_calls`. */
export interface RequestRecord {
  /** When it was handed to the socket, ISO 8601 in UTC. */
  readonly at: string;
  /** The call's key, or `general/login` for a sign-in. */
  readonly call: string;
  /** Null where there was no response (reset, timeout). */
  readonly status: number | null;
  /** Rows received. */
  readonly rows: number;
  /** Bytes of the answer's body. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly outcome: RequestOutcome;
  /** Of an unreadable body: equal for equal bodies. */
  readonly bodyHash?: string;
}

/** How often a call got one kind of reply since it last got a page of rows. */
export interface Repeated {
  readonly times: number;
  /** In milliseconds since 1970; null where it never got it. */
  readonly firstAt: number | null;
  /** Whether another request over the run's connection was answered 200 after the first of them. */
  readonly othersAnswered: boolean;
}

/**
 * What a call was answered before in its run: the same reply means one thing the first time, and another after hours. It is read from `river_calls`, so that it holds whichever worker makes the call.
 */
export interface CallHistory {
  /** Whether any request of the run was answered 200 by the API: its base URL is right then. */
  readonly isAnswered: boolean;
  /** Whether another run was answered 200 at the same base URL; looked up only where this one was not. */
  readonly isKnown: boolean;
  /** Whether GetLastDataUpdate was called to prove the base URL, and the API answered it. */
  readonly isProven: boolean;
  /** Throttled in words, with another status than 429. */
  readonly limitedByWords: Repeated;
  /** HTML pages, whatever their status. */
  readonly pages: Repeated;
  /** HTML pages with 404. */
  readonly missingPages: Repeated;
  /** How often each unreadable body came, by its hash. */
  readonly unreadable: Readonly<Record<string, number>>;
}

const never: Repeated = { times: 0, firstAt: null, othersAnswered: false };

/** The history of a call from the command line, which is made once. */
export const noHistory: CallHistory = {
  isAnswered: false,
  isKnown: false,
  isProven: false,
  limitedByWords: never,
  pages: never,
  missingPages: never,
  unreadable: {},
};

/** What was sent on a day (UTC), and what came. */
export interface CallsOfDay {
  readonly day: Day;
  readonly calls: number;
  readonly rows: number;
  readonly throttled: number;
  readonly failed: number;
}
