import type { Column, Value } from '../column/column.ts';
import { exactInteger } from '../column/read-number.ts';

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
  /** Which fields its rows have; left out where that is not known. */
  readonly answer?: AnswerTraits;
  /** Path below the base URL. */
  readonly endpoint: string;
  /** Sent as the query string, in this order; without $top and $skip. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Column → value that the answer does not repeat. */
  readonly stamps: Readonly<Record<string, Value>>;
  /** Whether to ask page by page. */
  readonly pages: boolean;
  /** The river leaves out or hashes columns: nothing of an answer is quoted, since any word of it may be such a value. */
  readonly isPrivate?: true;
  /** Rows with another value in this column are left out: of a chosen channel only its own rows are kept. */
  readonly keep?: { readonly column: string; readonly value: Value };
}

/** The part of a list's declaration that decides what its answer means. */
export interface ListTraits {
  /** Asked once a run, or for each day: a day may have nothing, which some servers say by 404; the whole tenant has something. */
  readonly per: 'run' | 'day';
  /** Its answer is one day in place of rows. */
  readonly answersDay?: true;
}

/** What is declared of an answer's rows: it distinguishes them from an error that comes as a list. */
export interface AnswerTraits {
  readonly columns: readonly Column[];
  /** Whether its keys are guessed: rows without any of them may be rows all the same. */
  readonly isGuessed: boolean;
}

/** What a page of an answer brought, decoded but not yet fitted to columns. */
export type AnswerRow = Readonly<Record<string, unknown>>;

/** A parameter's name and its value, as it is sent. */
export type Parameter = readonly [name: string, value: string];

/**
 * A call's name within its chunk, the same whenever and wherever it is planned: endpoint and parameters by our
 * names, whatever a river's overrides send.
 * @example callKey('customers/GetCustomersByAction', [['Date', '2026-01-01'], ['ActionID', '12']])
 * // 'GetCustomersByAction?Date=2026-01-01&ActionID=12'
 */
export function callKey(endpoint: string, parameters: readonly Parameter[]): string {
  const name = endpoint.slice(endpoint.lastIndexOf('/') + 1);
  const query = parameters.map(([parameter, value]) => `${parameter}=${encodeURIComponent(value)}`);
  return query.length === 0 ? name : `${name}?${query.join('&')}`;
}

/** A key's parts: the name of the call and its parameters, as `callKey` has joined them. */
export function splitCallKey(key: string): { readonly name: string; readonly parameters: Parameter[] } {
  const [name = '', query = ''] = key.split('?', 2);
  const pairs = query === '' ? [] : query.split('&');
  const parameters = pairs.map((pair): Parameter => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
  });
  return { name, parameters };
}

/** An id as a list or a filter gives it: a whole number of 64 bits, beyond 2^53 its digits. */
export type Id = number | string;

/**
 * Reads an id as a column of whole numbers would; undefined where it is none. A value that cannot be read proves nothing: it
 * must be taken neither for another id nor for a missing one.
 * @example readId('9.0') // 9
 * @example readId('9 ') // undefined
 */
export const readId = (value: unknown): Id | undefined => exactInteger(value);

/** The answer to one request that brought rows or "no rows". Everything else is thrown. */
export interface Answer {
  readonly status: number;
  readonly rows: readonly AnswerRow[];
  /** How many rows were taken while it was read; `rows` has none of them. */
  readonly taken?: number;
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
