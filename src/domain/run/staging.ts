import type { Scope } from '../call/scope.ts';
import type { FittedRows } from '../column/fit-rows.ts';
import type { Day } from '../period/date-range.ts';
import type { PageNotes } from './page-notes.ts';
import type { Warning } from './run-result.ts';

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

/** What a chunk's slices have staged is to be loaded. */
export interface CommitRequest {
  readonly slices: readonly SliceCount[];
  /** Slices whose rows plan other calls and are not loaded. */
  readonly listSlices: readonly string[];
  readonly warnings: readonly Warning[];
  /** Which of this river's rows the chunk says everything of, and `replace` removes. Null: all of them. */
  readonly scope: Scope | null;
  /** Days after this one are provisional; left out: none is. */
  readonly completeUpTo?: Day | null;
  /** The river's columns in which nothing may be missing because it does not fit; left out: none. */
  readonly key?: readonly string[];
}

/** What came of it. */
export type CommitOutcome =
  | {
      readonly outcome: 'loaded';
      readonly rows: number;
      readonly calls: number;
      readonly warnings: readonly Warning[];
    }
  /** What is staged is not what the slices reported: nothing was committed; these are to be pulled again. */
  | { readonly outcome: 'differs'; readonly slices: readonly string[] };

/** The slice that holds the list calls of the whole run; it belongs to no chunk. */
export const listsSlice = 'lists';

/** The slice of the one call that tells "no rows" from a wrong base URL, where nothing but 404 came; of no chunk either. */
export const baseUrlProbe = 'proof';

/** The slice of the call that asks how far the data is complete; it belongs to no chunk, and each ask is one. */
export const freshnessSlice = (ask: number): string => `freshness-${ask}`;

export const isFreshnessSlice = (slice: string): boolean => /^freshness-\d+$/.test(slice);
