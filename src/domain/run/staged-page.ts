import type { FittedRows } from '../column/fit-rows.ts';
import type { Day } from '../period/date-range.ts';
import type { PageNotes } from './page-notes.ts';

/** One page of one call, fitted to columns. */
export interface StagedPage extends FittedRows {
  readonly slice: string;
  /** The call's key. */
  readonly call: string;
  /** 0 for the first. */
  readonly page: number;
  /** Whether the call is finished with it. */
  readonly last: boolean;
  readonly status: number;
  readonly fingerprint: string;
  /** Rows the API answered: where `$skip` goes on. */
  readonly received: number;
  /** The day of which all its rows are; null where they are not loaded by days. */
  readonly day: Day | null;
  /** What a person is to hear of; nothing where it is left out. */
  readonly notes?: PageNotes;
}

/** How far a call of a slice has come. */
export interface StagedCall {
  readonly call: string;
  readonly status: number;
  readonly pages: number;
  readonly received: number;
  readonly rows: number;
  readonly finished: boolean;
  /** Rows of its last page so far. */
  readonly lastReceived: number;
  /** Of its first page and of its last one so far. */
  readonly firstFingerprint: string;
  readonly lastFingerprint: string;
}

/** What a slice's activity reported, to be held against what is staged. */
export interface SliceCount {
  readonly slice: string;
  readonly calls: number;
  readonly rows: number;
}
