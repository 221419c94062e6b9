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

/** The header as it is sent: a number of seconds, or any text, such as a date, `0`, or what means nothing. */
export type RetryAfter = number | string;

/** Something else than the answer. The first one that happens decides. */
export type ReplacingFault =
  /** 429, with Retry-After only where `retryAfter` is given. With `match: { endpoint: general/login }` of sign-ins alone. */
  | { readonly kind: 'throttle'; readonly retryAfter?: RetryAfter }
  /** The connection is reset, or 503 is answered, with Retry-After only where `retryAfter` is given. */
  | { readonly kind: 'outage'; readonly as?: 'reset' | '503'; readonly retryAfter?: RetryAfter }
  /** The body breaks off at this share of its bytes (default 0.5) and the connection is closed. */
  | { readonly kind: 'cutBody'; readonly at?: number }
  /** A whole body that is no JSON. */
  | { readonly kind: 'wrongJson' }
  /** A page of the edge in front of the API; default 200. */
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'redirect'; readonly to?: string; readonly status?: number }
  /** All tokens die, and the call is told so: by 403 and its words, or by a plain 401. */
  | { readonly kind: 'expiredToken'; readonly status?: 401 | 403 }
  | { readonly kind: 'status'; readonly status: number; readonly text?: string }
  /** 200 with a JSON string for a body. */
  | { readonly kind: 'jsonString'; readonly text?: string }
  /** 404, as a wrong base URL answers. */
  | { readonly kind: 'notFound' }
  /** Says that there were too many calls without saying 429: default 403, and a text. */
  | {
      readonly kind: 'limitWords';
      readonly status?: number;
      readonly as?: 'text' | 'string' | 'object';
      readonly text?: string;
    }
  /** Exactly this: default 200, `[]`, UTF-8 and labelled as JSON. */
  | {
      readonly kind: 'reply';
      readonly status?: number;
      readonly body?: string;
      /** The bytes that the body is sent as. */
      readonly encoding?: Encoding;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** An empty list that is so many megabytes long; default 33, which is more than River reads. */
  | { readonly kind: 'largeBody'; readonly megabytes?: number };

export interface CutAnswer {
  readonly kind: 'cutAnswer';
  readonly rows: number;
  readonly skip?: 'works' | 'ignored' | 'refused';
}

/** The answer, but otherwise. All that happen add up. */
type BendingFault =
  /** Waits before the answer, or gives out the body in pieces over `dribbleMs`. */
  | { readonly kind: 'slow'; readonly latencyMs?: number; readonly dribbleMs?: number }
  /** No page holds more rows, whatever $top asks. */
  | { readonly kind: 'pageCap'; readonly rows: number }
  /** The call has no more rows than this, whatever page is asked for; 0: none any more. */
  | { readonly kind: 'fewerRows'; readonly rows: number }
  /** No page is longer than so many bytes; one row it holds always. */
  | { readonly kind: 'byteCap'; readonly bytes: number }
  /**
   * Each page holds another number of rows at most, from–to, as where a server stops after a time. It follows from the
   * seed, the call and $skip.
   */
  | { readonly kind: 'randomCap'; readonly rows: readonly [number, number] }
  /** $skip has no effect: every page is the first. */
  | { readonly kind: 'ignoreSkip' }
  /** The rows of each page are the same, in another order. */
  | { readonly kind: 'shuffle' }
  /** Each page is cut out of another order of all rows: some stand on two pages, others on none. */
  | { readonly kind: 'unordered' }
  /**
   * A call without pages answers so many rows at most; then $skip goes on (`works`), brings the same rows again
   * (`ignored`, the default) or is refused with 400 (`refused`).
   */
  | CutAnswer
  /** How an answer without rows is written. */
  | { readonly kind: 'empty'; readonly as: EmptyAs }
  /** Retry-After on whatever is answered with 429 or 503: the simulator's own limit, a page, other faults. */
  | { readonly kind: 'retryAfter'; readonly seconds: RetryAfter }
  /**
   * Names (the values of keys that end in Name) come spelled otherwise, in every list and report: from the name that the
   * simulator has to the one that it writes, such as one with blanks at its end or with accents of their own.
   */
  | { readonly kind: 'names'; readonly as: Readonly<Record<string, string>> }
  /** The body in other bytes; `declared` is the charset in Content-Type (default: none), `mark` puts a byte order mark before it. */
  | { readonly kind: 'encode'; readonly as: Encoding; readonly declared?: string; readonly mark?: boolean }
  /** The values under `keys` are written as a bare word, which is no JSON. */
  | {
      readonly kind: 'bareWord';
      readonly word?: (typeof bareWords)[number];
      readonly keys: readonly string[];
    }
  /** Every object names this key twice, the second time with the true value; `first` is how it is spelled the first time. */
  | { readonly kind: 'repeatKey'; readonly key: string; readonly first?: string }
  /**
   * Rows bear these values: `set` gives JSON values to keys, `raw` the very JSON text (digits of any length, a bare `NaN`), `remove`
   * takes keys away. A key that the row has not is added at its end, so that fields can be added that nobody knows. A list is
   * taken in turns, row by row; `rows` says how many rows of an answer it is for, from the first (default all).
   * `{"kind": "values", "set": {"Duration": ""}, "raw": {"FutureValue": "NaN"}, "rows": 1}`
   */
  | ({ readonly kind: 'values' } & ValuesOfRows)
  /** `keys` are those that `bigIntegers` makes too large for a double; default TemplateID. */
  | { readonly kind: 'drift'; readonly spellings: readonly Spelling[]; readonly keys?: readonly string[] };

/** What bends the body as it was written. */
export type BodyFault = Extract<BendingFault, { readonly kind: 'encode' | 'bareWord' | 'repeatKey' }>;

export const encodings = ['utf-8', 'latin1', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof encodings)[number];

export const bareWords = ['NaN', 'Infinity', '-Infinity'] as const;

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
