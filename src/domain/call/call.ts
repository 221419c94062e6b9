import type { Column, Value } from '../column/column.ts';

/** One call as planned, before paging: every value of every axis is settled. */
export interface Call {
  /**
   * Names the call within its chunk, the same whenever and wherever it is planned:
   * endpoint, then its parameters in the order of the axes, `GetCustomersByAction?Date=2026-01-01&ActionID=12&RecipientGroupID=3`.
   */
  readonly key: string;
  /** `list`: its answer plans other calls; `data`: its answer is rows. */
  readonly kind: 'list' | 'data';
  /** How a list call is asked and answered; left out of a data call. */
  readonly list?: ListTraits;
  /** What its rows bear; left out where nothing is known of them. */
  readonly answer?: AnswerTraits;
  /** Path below the base URL. */
  readonly endpoint: string;
  /** Sent as the query string, in this order; without $top and $skip. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Column → value that the answer does not repeat. */
  readonly stamps: Readonly<Record<string, Value>>;
  /** Whether to ask page by page. */
  readonly pages: boolean;
  /** Rows whose answer bears another value in this column are left out: a chosen channel keeps its own rows. */
  readonly keep?: { readonly column: string; readonly value: Value };
}

/** What of a list's declaration decides what its answer means. */
export interface ListTraits {
  /** Asked once a run, or for each day: a day may have nothing, which some servers say by 404; the whole tenant has something. */
  readonly per: 'run' | 'day';
  /** Its answer is one day in place of rows. */
  readonly answersDay?: true;
}

/** What is declared of an answer's rows: by it they are told from an error that comes as a list. */
export interface AnswerTraits {
  readonly columns: readonly Column[];
  /** Whether its keys are guessed: rows without any of them may be rows all the same. */
  readonly isGuessed: boolean;
}

/** What a page of an answer brought, decoded but not yet fitted to columns. */
export type AnswerRow = Readonly<Record<string, unknown>>;
