import type { AnswerRow } from './call.ts';

/** What one request brought, where it brought rows or "no rows". Everything else is thrown. */
export interface Answer {
  readonly status: number;
  readonly rows: readonly AnswerRow[];
  /** Equal for the same rows in whatever order (`fingerprintRows`): a page that comes again is an error, not a loop. */
  readonly fingerprint: string;
}

/** The part of an answer to ask for; absent where the call does not page. */
export interface PageAsked {
  /** Rows asked for, `$top`. */
  readonly top: number;
  /** Rows received so far, `$skip`. */
  readonly skip: number;
}
