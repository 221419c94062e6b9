import type { DateRange, Day } from '../period/date-range.ts';
import type { LoadMode } from '../river/target.ts';
import type { RunStatus } from '../run/run-result.ts';

/**
 * The kinds of differences: the table or a column is gone; fewer or more rows than were loaded; rows without a record in the
 * manifest; rows of an unknown run; a day that several runs have loaded; days that a run had in its period, and that
 * are neither loaded nor forgotten since.
 */
export type FindingKind =
  | 'table-gone'
  | 'column-gone'
  | 'rows-missing'
  | 'rows-surplus'
  | 'rows-unrecorded'
  | 'run-unknown'
  | 'day-twice'
  | 'gap';

export interface Finding {
  readonly kind: FindingKind;
  /** Null for a report without days. */
  readonly start: Day | null;
  readonly end: Day | null;
  /** Rows by the manifest, and in the table. */
  readonly loaded: number;
  readonly found: number;
  readonly message: string;
  /** The command that repairs it; null where there is none. */
  readonly repair: string | null;
}

/** One river's rows in one table, compared with the manifest. */
export interface Verification {
  readonly river: string;
  readonly warehouse: string;
  readonly table: string;
  readonly ok: boolean;
  /** First and last day loaded; null without days. */
  readonly period: { readonly start: Day; readonly end: Day } | null;
  /** Days that are loaded. */
  readonly days: number;
  /** Rows by the manifest, and in the table. */
  readonly loaded: number;
  readonly found: number;
  readonly findings: readonly Finding[];
}

/** Rows of one day that one run brought; the day is null where a report has none, or a row lacks it. */
export interface RowsOfRun {
  readonly day: Day | null;
  readonly run: string;
  readonly rows: number;
}

export interface KnownRun {
  readonly workflowId: string;
  readonly load: LoadMode;
  readonly status: RunStatus;
}

/** Days of a run that one of its chunks was to load. */
export interface RequestedDays extends DateRange {
  readonly run: string;
  readonly state: 'loaded' | 'failed' | 'open';
  /** Null where it is not loaded. */
  readonly loadedAt: string | null;
}

/** One river's rows in one table, by the manifest and in the table itself, both at one instant. */
export interface TargetSnapshot {
  readonly river: string;
  readonly table: string;
  /** Whether rows are loaded by days of the period, so that days between others can lack. */
  readonly byPeriod: boolean;
  /** Columns that the table would need for this to be read, and has not; null where the table itself is gone. */
  readonly lacking: readonly string[] | null;
  /** By the manifest, the oldest first. */
  readonly loaded: readonly RowsOfRun[];
  readonly found: readonly RowsOfRun[];
  /** The oldest first. */
  readonly runs: ReadonlyMap<string, KnownRun>;
  /** What the chunks of these runs were to load. */
  readonly asked: readonly RequestedDays[];
  /** What retries under way, by their own ids, have still to load of them. */
  readonly retrying: readonly RequestedDays[];
  /** Days that a person has taken out since. */
  readonly forgotten: readonly Day[];
  /** When the table was made: what was loaded before went with the one before it. Null where that is not known. */
  readonly madeAt: string | null;
  /** When `overwrite` last replaced the whole content, and the run whose rows these are; what runs before it had is no matter any more. */
  readonly replaced: { readonly at: string; readonly runId: string } | null;
}
