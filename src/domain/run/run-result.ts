import type { DateRange, Day } from '../period/date-range.ts';

export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'terminated';
export type ChunkState = 'waiting' | 'pulling' | 'loaded' | 'failed' | 'skipped';

/** At most this many failed chunks and warnings are listed in a result … */
export const listedAtMost = 100;
/** … each with at most this many characters of text. */
export const textAtMost = 300;

/** A chunk that is not loaded, and why. Null days for a report without a period. */
export interface FailedChunk {
  readonly start: Day | null;
  readonly end: Day | null;
  readonly error: string;
}

/** What a load in `merge` has done with its rows; together they are all of them. */
export interface MergeCounts {
  readonly inserted: number;
  /** Rows of the table that differed. */
  readonly updated: number;
  readonly unchanged: number;
  /** Rows whose key came again later in the same chunk: the last one was taken. */
  readonly duplicates: number;
}

export interface Warning {
  readonly start: Day | null;
  readonly end: Day | null;
  readonly message: string;
  /** `data`: rows were kept, fell, may be cut, or values stand beside their column. `notify` tells `warned` of these. */
  readonly about?: 'data';
  /** The column that it is about, where it is about one: a run says it once a column. */
  readonly column?: string;
  /** How many values it is about. */
  readonly count?: number;
  /** Of days for which the API returned no rows any more: what happened to the rows that were there. */
  readonly emptied?: 'kept' | 'deleted';
}

/**
 * What `riverRun` returns, what its failure carries and what `river run --json` prints: one shape.
 * What is not known yet is null.
 */
export interface RunResult {
  readonly river: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly retryOf: string | null;
  readonly status: RunStatus;
  readonly period: DateRange | null;
  readonly chunks: {
    readonly total: number;
    readonly loaded: number;
    readonly failed: number;
    readonly skipped: number;
  } | null;
  readonly rows: number | null;
  /** What became of the rows; only in `merge`. */
  readonly merged?: MergeCounts;
  /** Whether the table's content is replaced; only in `overwrite`. */
  readonly overwritten?: boolean;
  readonly calls: number | null;
  /** Of these, the calls whose answer could not be stored and that were repeated; left out where there are none. */
  readonly lostCalls?: number;
  readonly failedChunks: readonly FailedChunk[];
  readonly warnings: readonly Warning[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Why it has made more requests than planned; null while it is under way. */
  readonly callCounts: CallCounts | null;
}

/** The requests of a run by their reason; the remaining ones were planned. */
export interface RequestCounts {
  readonly made: number;
  /** Answered 429, or in words that say the same, and repeated. */
  readonly throttled: number;
  /** Failed for a passing reason, and repeated. */
  readonly failed: number;
  /** Answered, but the answer could not be stored; repeated. */
  readonly lost: number;
  /** Calls that were never answered, or whose answer was never kept: their last request was not repeated. */
  readonly unanswered: number;
  /** Lists that plan other calls, and GetLastDataUpdate. */
  readonly lists: number;
  /** Pages of a call after its first. */
  readonly furtherPages: number;
}

/** The same, with the number of planned calls. */
export interface CallCounts extends RequestCounts {
  /** Data calls, one page each; null where that cannot be known. */
  readonly planned: number | null;
}

/** A run that has retried another one. */
export interface RetryOfRun {
  readonly workflowId: string;
  readonly status: RunStatus;
}

/** A chunk that was begun, as it is now. */
export interface BegunChunk {
  readonly state: ChunkState;
  /** How often it was begun. */
  readonly attempts: number;
}

/** One chunk as `river status <workflow id>` shows it. */
export interface ChunkStatus {
  readonly start: Day | null;
  readonly end: Day | null;
  readonly state: ChunkState;
  readonly rows: number;
  readonly calls: number;
  readonly attempts: number;
  readonly error: string | null;
}

/** The counts of a run, from the manifest. */
export interface RunSummary {
  readonly chunks: {
    readonly total: number;
    readonly loaded: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly rows: number;
  /** Only in `merge`. */
  readonly merged?: MergeCounts;
  /** Only in `overwrite`. */
  readonly overwritten?: boolean;
  readonly calls: number;
  /** Of them, those whose answer the warehouse did not take: they were made again. */
  readonly lostCalls: number;
  /** At most `listedAtMost`. */
  readonly failedChunks: readonly FailedChunk[];
  /** At most `listedAtMost`. */
  readonly warnings: readonly Warning[];
}
