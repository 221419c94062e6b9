import type { EmptyAs } from '../reply.ts';

/** When a fault happens; everything left out does not restrict it. */
export interface Occasion {
  readonly match?: {
    /** `customers/GetCustomersByAction`, `GetCustomersByAction`, or a group as `customers/*`; whatever the case. */
    readonly endpoint?: string;
    /** Parameters that the call must bear with these values. */
    readonly parameters?: Readonly<Record<string, string | number>>;
  };
  /** The share of matching calls, 0 to 1. It follows from the seed and the call, not from the order of arrival. */
  readonly probability?: number;
  /** Spares that many matching calls first. */
  readonly after?: number;
  /** Happens that often, then no more. */
  readonly times?: number;
  /** Happens for that long after it was set, then no more. */
  readonly forMs?: number;
}

/** Something else than the answer. The first one that happens decides. */
export type ReplacingFault =
  /** 429, with Retry-After only where `retryAfter` (seconds) is given. */
  | { readonly kind: 'throttle'; readonly retryAfter?: number }
  /** The connection is reset, or 503 is answered. */
  | { readonly kind: 'outage'; readonly as?: 'reset' | '503' }
  /** The body breaks off at this share of its bytes (default 0.5) and the connection is closed. */
  | { readonly kind: 'cutBody'; readonly at?: number }
  /** A whole body that is no JSON. */
  | { readonly kind: 'wrongJson' }
  /** A page of the edge in front of the API; default 200. */
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'redirect'; readonly to?: string; readonly status?: number }
  /** All tokens die, and the call is told so. */
  | { readonly kind: 'expiredToken' }
  | { readonly kind: 'status'; readonly status: number; readonly text?: string }
  /** 200 with a JSON string for a body. */
  | { readonly kind: 'jsonString'; readonly text?: string }
  /** 404, as a wrong base URL answers. */
  | { readonly kind: 'notFound' };

/** The answer, but otherwise. All that happen add up. */
type BendingFault =
  /** Waits before the answer, or gives out the body in pieces over `dribbleMs`. */
  | { readonly kind: 'slow'; readonly latencyMs?: number; readonly dribbleMs?: number }
  /** No page holds more rows, whatever $top asks. */
  | { readonly kind: 'pageCap'; readonly rows: number }
  /** $skip has no effect: every page is the first. */
  | { readonly kind: 'ignoreSkip' }
  /** How an answer without rows is written. */
  | { readonly kind: 'empty'; readonly as: EmptyAs }
  /** Retry-After on the simulator's own 429. */
  | { readonly kind: 'retryAfter'; readonly seconds: number }
  /**
   * Rows bear these values: `set` gives JSON values to keys, `raw` the very JSON text (digits of any length, a bare `NaN`), `remove`
   * takes keys away. A key that the row has not is added at its end, so that fields can be added that nobody knows. A list is
   * taken in turns, row by row; `rows` says how many rows of an answer it is for, from the first (default all).
   * `{"kind": "values", "set": {"Duration": ""}, "raw": {"FutureValue": "NaN"}, "rows": 1}`
   */
  | ({ readonly kind: 'values' } & ValuesOfRows)
  /** `keys` are those that `bigIntegers` makes too large for a double; default TemplateID. */
  | { readonly kind: 'drift'; readonly spellings: readonly Spelling[]; readonly keys?: readonly string[] };

/** What the fault `values` does to rows. */
export interface ValuesOfRows {
  readonly set?: SomeOrTurns<unknown>;
  readonly raw?: SomeOrTurns<string>;
  readonly remove?: readonly string[];
  readonly rows?: number;
}
type SomeOrTurns<T> = Readonly<Record<string, T>> | readonly Readonly<Record<string, T>>[];

export const spellings = [
  /** ChannelID is spelled ChannelId. */
  'channelId',
  /** TemplateID is spelled TemplateId. */
  'templateId',
  /** Whole numbers whose key ends in ID come as strings. */
  'idsAsText',
  /** Attributes come as `CustomerAttribute`, one string joined by the delimiter asked for, or `;`. */
  'attributesAsText',
  'booleansAsText',
  /** The whole numbers under `keys` are raised beyond 2^53. */
  'bigIntegers',
  /** Every row bears a field that nobody knows. */
  'extraField',
  /** Report 5 writes the word NULL. */
  'nullWord',
  /** Report 5 spells InitialCustomerAttributes and FinalCustomerAttributes. */
  'changersPlural',
] as const;
export type Spelling = (typeof spellings)[number];

export type Fault = Occasion & (ReplacingFault | BendingFault);
