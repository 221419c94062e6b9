/**
 * Every failure River knows, grouped by what will help (docs/decisions/0003-errors-by-what-helps.md).
 * The class name is what a person sees: Temporal's failure `type` and the manifest's `error` use the same word.
 */

import type { WaitOn } from './run/waits.ts';

export type Facts = Readonly<Record<string, unknown>>;

/** The root. `facts` holds what the message says as fields; never a secret. */
export abstract class RiverError extends Error {
  readonly facts: Facts;

  constructor(message: string, options: { facts?: Facts; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.facts = options.facts ?? {};
  }
}

/** One fault in something a person wrote: where it is, what is wrong there. */
export interface Fault {
  /** `river.yaml:7:21`, or the name of what was read (`input`, `--start`). */
  readonly place: string;
  /** The path inside it, `connections.main.budget[0].calls`; empty for the whole. */
  readonly path: string;
  /** What is wrong, what came and what is accepted. Never a secret's value. */
  readonly message: string;
}

/** A person must change a setting, a river or an input. CLI exit 2 before a run is opened, 1 after. */
export class ConfigurationError extends RiverError {
  readonly faults: readonly Fault[];

  constructor(message: string, options: { faults?: readonly Fault[]; facts?: Facts; cause?: unknown } = {}) {
    super(message, options);
    this.faults = options.faults ?? [];
  }
}

/** The other side says no and will say no again. The chunk fails, the others go on. */
export class RefusedError extends RiverError {}

/** 401 or 403: the whole run stops and says which connection. */
export class CredentialsRefusedError extends RefusedError {}

/** A connection has not answered any call for `giveUpAfter`: the whole run stops. */
export class OutageError extends RefusedError {}

/** 400, 405 and every other 4xx; a 200 that is no list of rows. */
export class ReportRefusedError extends RefusedError {}

/** A row that cannot be loaded as it is, such as one without its key. */
export class RowShapeError extends RefusedError {}

/** The API returned no rows at all for days that have rows, and the run is not allowed to delete them for that. */
export class EmptyAnswerError extends RefusedError {}

/** The table in the warehouse and the report do not fit, and River may not change the table so that they do. */
export class SchemaConflictError extends RefusedError {}

/** A database failed in a way that River does not know. Tried a few times; its own words are left out, which may hold values. */
export class DatabaseError extends RiverError {}

/** The webhook of a notification refuses it. */
export class NotificationRefusedError extends RefusedError {}

/** It passes by itself: tried again with growing waits, without a limit of attempts, until `giveUpAfter`. */
export class PassingError extends RiverError {}

/** Optimove does not answer, or answers 5xx, 408, 425, an HTML page or a cut body. */
export class OptimoveUnavailableError extends PassingError {
  /** When the call is worth another try, in milliseconds; undefined where that is left to Temporal. */
  readonly retryInMs: number | undefined;
  /** What its run waits for; undefined where it was not looked up since when. */
  readonly wait: WaitOn | undefined;

  constructor(
    message: string,
    options: { retryInMs?: number; wait?: WaitOn | undefined; facts?: Facts; cause?: unknown } = {},
  ) {
    super(message, options);
    this.retryInMs = options.retryInMs;
    this.wait = options.wait;
  }
}

/**
 * A page came with 404, and nothing has shown yet that the API is there: something in front of it may answer for a moment, or
 * the base URL is wrong. GetLastDataUpdate tells which.
 */
export class BaseUrlInDoubtError extends OptimoveUnavailableError {}

/** The warehouse cannot be reached, or is busy. */
export class WarehouseUnavailableError extends PassingError {}

/** Nothing can be stored in the warehouse, as an earlier failure says: nothing is called until it can. */
export class WarehouseHeldError extends WarehouseUnavailableError {
  /** When it is worth another try, in milliseconds. */
  readonly waitMs: number;

  constructor(message: string, options: { waitMs: number; facts: Facts }) {
    super(message, options);
    this.waitMs = options.waitMs;
  }
}

/** The manifest, or a row of it, is another version's, a newer one's mostly: the task is for a worker of that version. */
export class OtherVersionError extends PassingError {}

/** A person has to change something, or to update this River, before it works; for a worker a newer manifest passes by itself. */
export const isMisconfigured = (error: unknown): boolean =>
  error instanceof ConfigurationError || error instanceof OtherVersionError;

/** The webhook of a notification cannot be reached, or fails for the moment. */
export class NotificationUnavailableError extends PassingError {}

/** Temporal cannot be reached. CLI exit 3. */
export class TemporalUnavailableError extends PassingError {}

/** 429, or words that say the same: not a failure. The whole connection waits; no attempt is spent. */
export class ThrottledError extends RiverError {
  /** What Retry-After asked for, in milliseconds; undefined where it was not given. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryAfterMs?: number | undefined; facts?: Facts } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Not a fault: the next call's time is too far off to wait for it inside an activity. The workflow sleeps. */
export class BudgetSpentError extends RiverError {
  /** How long until a call may be sent, in milliseconds, as far as is known now. */
  readonly waitMs: number;
  /** What for; in an outage it is not known before it was looked up since when. */
  readonly wait: WaitOn;

  constructor(message: string, options: { waitMs: number; wait?: WaitOn; facts?: Facts }) {
    super(message, options);
    this.waitMs = options.waitMs;
    this.wait = options.wait ?? { on: 'quota' };
  }
}
