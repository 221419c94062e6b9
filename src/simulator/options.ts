import type { Fault } from './faults/fault.ts';
import type { EmptyAs } from './reply.ts';
import type { LimitWindow } from './rolling-limit.ts';
import type { SignInOptions } from './sign-in.ts';
import type { UnfinishedDays } from './world/calendar.ts';
import type { WorldSize } from './world/size.ts';

/** How a call is spelled at this tenant, by its documented path. */
export interface Renaming {
  /** The path that answers in its place. */
  readonly endpoint?: string;
  /** Documented parameter → the one that is understood in its place. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Documented key of the answer → the one that is written in its place. */
  readonly keys?: Readonly<Record<string, string>>;
}

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Default 127.0.0.1; another address opens it to the network. */
  readonly host?: string;
  /** The same seed makes the same rows. Default 1. */
  readonly seed?: string | number;
  readonly size?: Partial<WorldSize>;
  /** RealFieldNames of the customer attributes. */
  readonly attributes?: readonly string[];
  /** No rows before it. Default 2015-01-01. */
  readonly firstDay?: string;
  /** What GetLastDataUpdate answers. Default: the day before today, in UTC. */
  readonly lastDataUpdate?: string;
  /** What is seen of days after the last data update: `whole` (default), `partial` or `empty`. */
  readonly unfinishedDays?: UnfinishedDays;
  /** Default: the key `river-simulator`. */
  readonly auth?: SignInOptions;
  /** Default 2000 in an hour and 50 in 10 seconds; an empty list is no limit. */
  readonly limits?: readonly LimitWindow[];
  /** Most rows of a page, whatever $top asks. Default 10000. */
  readonly pageCap?: number;
  /** Before each answer: milliseconds, or from–to. Default 0. */
  readonly latencyMs?: number | readonly [number, number];
  /** How an answer without rows is written. Default `array`. */
  readonly emptyAs?: EmptyAs;
  /** RecipientGroupIDs that are answered with 400. Default none. */
  readonly refuseRecipientGroups?: readonly number[];
  /** Report 13: a row for each product (default), or one row with a list. */
  readonly productsAs?: 'rows' | 'list';
  readonly renamed?: Readonly<Record<string, Renaming>>;
  /** Faults from the start. */
  readonly faults?: readonly Fault[];
}

export type Settings = Required<SimulatorOptions>;

/** An option is not what it must be, or the port cannot be had; the message says what is accepted. */
export class SimulatorOptionsError extends Error {
  constructor(complaints: readonly string[], cause?: unknown) {
    super(complaints.join('\n'), cause === undefined ? undefined : { cause });
    this.name = 'SimulatorOptionsError';
  }
}
