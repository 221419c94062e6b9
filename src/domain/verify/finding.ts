import type { DateRange, Day } from '../period/date-range.ts';

/**
 * What is off: the table or a column of it is gone; fewer or more rows than were loaded; rows that the manifest does
 * not have; rows of a run that it does not know; a day that several runs have loaded; days that a run had in its
 * period and that are neither loaded nor forgotten since.
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

/** One river's rows in one table, held against the manifest. */
export interface Verification {
  readonly river: string;
  readonly warehouse: string;
  readonly table: string;
  readonly ok: boolean;
  /** First and last day loaded; null without days. */
  readonly period: DateRange | null;
  /** Days that are loaded. */
  readonly days: number;
  /** Rows by the manifest, and in the table. */
  readonly loaded: number;
  readonly found: number;
  readonly findings: readonly Finding[];
}
