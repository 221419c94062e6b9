/**
 * What the reply to a request was taken for, as far as a later reply to the same call depends on it: `page` is HTML in place of
 * the API's answer, `unreadable` a 200 that is neither JSON nor a page, `throttled` 429 or words that say the same; `lost` an
 * answer that the warehouse did not take.
 */
export type RequestOutcome = 'answered' | 'refused' | 'throttled' | 'page' | 'unreadable' | 'failed' | 'lost';

/** One HTTP request that was sent, whatever came of it: it counts on the budget and becomes a row of `river_calls`. */
export interface RequestRecord {
  /** When it was handed to the socket, ISO 8601 in UTC. */
  readonly at: string;
  /** The call's key, or `general/login` for a sign-in. */
  readonly call: string;
  /** Null where no status came (reset, timeout). */
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
