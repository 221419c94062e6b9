import type { Scope } from '../call/scope.ts';
import type { Value } from '../column/column.ts';
import type { FittedRows } from '../column/fit-rows.ts';
import type { Day } from '../period/date-range.ts';
import type { PageNotes } from './page-notes.ts';
import type { Warning } from './run-result.ts';

/** Some rows of a page in the form in which their database stages them. */
export interface PackedPart {
  readonly form: Uint8Array | string;
  readonly rows: number;
  /** How many values of each place in a row have a character that no database holds. */
  readonly replaced: ReadonlyMap<number, number>;
  unpack(): Value[][];
}

/** Packs rows that have these columns and nothing else, of which each was fitted to such a type. */
export type PackRows = (
  columns: readonly string[],
  types: Readonly<Record<string, string>>,
  rows: readonly (readonly Value[])[],
) => PackedPart;

/** One page of one call, fitted to columns. */
export interface StagedPage extends FittedRows {
  /** In the place of `rows`, which are then none: all of them have the page's columns and nothing else. */
  readonly packed?: readonly PackedPart[];
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
  /** What a person should know of the page; left out where there is nothing. */
  readonly notes?: PageNotes;
}

/** How far a call of a slice is pulled. */
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

/** What a slice's activity has reported; the commit compares it with what is staged. */
export interface SliceCount {
  readonly slice: string;
  readonly calls: number;
  readonly rows: number;
}

/** A request to load what a chunk's slices have staged. */
export interface CommitRequest {
  readonly slices: readonly SliceCount[];
  /** Slices whose rows only plan other calls, and are not loaded. */
  readonly listSlices: readonly string[];
  readonly warnings: readonly Warning[];
  /** Which of this river's rows the chunk replaces. Null: all of them. */
  readonly scope: Scope | null;
  /** Later days are provisional; if left out, none is. */
  readonly completeUpTo?: Day | null;
  /** The river's key columns, in which every value must fit; if left out, there are none. */
  readonly key?: readonly string[];
  /** In `merge`: the columns by which a row is found again. */
  readonly mergeKey?: readonly string[];
}

/** A request to replace a table's content with what the chunks of a run have left for it. */
export interface OverwriteRequest {
  /** The column by whose days the manifest counts the report's rows; null where it counts none. */
  readonly dayColumn: string | null;
  readonly completeUpTo: Day | null;
  readonly key: readonly string[];
}

export interface OverwriteOutcome {
  /** `incomplete`: some chunks are not loaded, and nothing was changed. */
  readonly outcome: 'replaced' | 'incomplete';
}

/** The outcome of a commit. */
export type CommitOutcome =
  | {
      readonly outcome: 'loaded';
      readonly rows: number;
      readonly calls: number;
      readonly warnings: readonly Warning[];
    }
  /** What is staged differs from what the slices have reported: nothing was committed, and these are pulled again. */
  | { readonly outcome: 'differs'; readonly slices: readonly string[] };

/** The slice with the list calls of the whole run; it belongs to no chunk. */
export const listsSlice = 'lists';

/** The slice of the one call that finds out, where only 404 was answered, whether there are no rows or the base URL is wrong; of no chunk. */
export const baseUrlProbe = 'proof';

/** The slice of a GetLastDataUpdate call; each try has its own, and it belongs to no chunk. */
export const freshnessSlice = (ask: number): string => `freshness-${ask}`;

export const isFreshnessSlice = (slice: string): boolean => /^freshness-\d+$/.test(slice);
