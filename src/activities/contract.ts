/** What workflow and activities say to each other. Written into histories: small, without rows, without secrets. */

import type { WaitLifted } from '#domain/budget/back-off';
import type { RecalledBudget } from '#domain/budget/save-budget';
import type { WindowUse } from '#domain/budget/window';
import type { Chunk } from '#domain/chunk/chunk';
import type { DateRange } from '#domain/period/date-range';
import type { NotifyEvent } from '#domain/river/river';
import type { Pause } from '#domain/run/paused-intervals';
import type { BegunChunk, RunResult, RunStatus } from '#domain/run/run-result';
import type { OverwriteOutcome, SliceCount } from '#domain/run/staged-page';
import type { WaitOn } from '#domain/run/waits';
import type { WaitOnWarehouse } from '#domain/run/warehouse-trouble';

/** Names a run and where its parts are. Everything else about it lies in the warehouse. */
export interface RunRef {
  /** Temporal's firstExecutionRunId. */
  readonly runId: string;
  readonly workflowId: string;
  readonly river: string;
  readonly report: string;
  readonly connection: string;
  readonly warehouse: string;
}

/** In place of what an activity answers: its warehouse takes nothing just now, and nothing has been done. */
export interface Held {
  readonly outcome: 'held';
  readonly on: WaitOnWarehouse;
  /** Where the run does not know it yet. */
  readonly patience?: Patience;
}

/** How long a run waits for what only fails. */
export interface Patience {
  /** As the river says it. */
  readonly giveUpAfter: string;
  readonly ms: number;
}

export interface OpenRunRequest {
  /** As it was given to the workflow, not yet looked at. */
  readonly input: unknown;
  /** How many came, where there are several. */
  readonly inputs?: number;
  /** The cron schedule of the workflow itself, where it has one. */
  readonly cron?: string;
  readonly workflowId: string;
  readonly runId: string;
  /** The scheduled time where a schedule started the run, else its start. ISO 8601, UTC. */
  readonly instant: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

export interface OpenedRun {
  readonly run: RunRef;
  readonly period: DateRange | null;
  readonly chunks: number;
  /** Whether list calls have to be made before the filters are known: the slice `listsSlice`, of no chunk. */
  readonly readsLists: boolean;
  /** As `Resolved` has it; left out while the filters are not resolved, or the days to pull are not known. */
  readonly dataCalls?: Resolved['dataCalls'];
  /** Slices of every chunk: first those whose answers plan the others, then the data's. */
  readonly slices: { readonly list: readonly string[]; readonly data: readonly string[] };
  /** Its chunks wait until all of them are loaded, and then replace the table's content; left out in other load modes. */
  readonly overwrites?: true;
  /** Every chunk was loaded before, or is skipped: the filters are not needed. */
  readonly nothingLeft?: boolean;
  /** Where the run first asks up to which day the data is complete: how long it waits for it at most. */
  readonly asksForData?: { readonly waitMs: number };
  /** Chunks to keep open at a time. */
  readonly chunksAtOnce: number;
  /** How long it waits for a warehouse that takes nothing; left out by an older worker. */
  readonly patience?: Patience;
  /** The search attributes that are registered: setting another one would block the run for ever. */
  readonly searchAttributes: readonly string[];
  /** The receivers that are told how the run ends; left out where there are none. */
  readonly notify?: readonly NotifyRequest['to'][];
}

export interface ResolveFreshnessRequest {
  readonly run: RunRef;
  /** The slice that has asked. */
  readonly slice: string;
  /** Whether the run may wait on for a last day that is not complete. */
  readonly mayWait: boolean;
}

/** The run as it is settled now; null where it waits for its data. */
export type ResolvedFreshness = OpenedRun | null;

export interface Resolved {
  /** Data calls of the whole run, one page each; null where the campaigns of each day decide. */
  readonly dataCalls: number | null;
}

export interface SliceRequest {
  readonly run: RunRef;
  /** Null for `listsSlice` and `baseUrlProbe`. */
  readonly chunk: string | null;
  readonly slice: string;
  /** When the run was paused: that does not count against `giveUpAfter`. */
  readonly pauses?: readonly Pause[] | undefined;
  /** When a person last ended the connection's wait by hand, ISO 8601; left out where the run has heard of none. */
  readonly lifted?: string;
  /** It has waited for its warehouse: whether that can be written to now is tried first, in whatever process. */
  readonly isDoubted?: boolean;
  /** It finds out for others whether they may go on: its turn is over once one call was answered. */
  readonly isProbe?: boolean;
}

/** How a slice's activity ended, where it did not fail. */
export type SliceOutcome =
  | { readonly outcome: 'pulled'; readonly count: SliceCount; readonly windows: readonly WindowUse[] }
  /** The next call's time is too far off to hold an activity slot for it, or what it needs is away: `on` says what. */
  | {
      readonly outcome: 'waiting';
      readonly on: WaitOn;
      readonly waitMs: number;
      readonly windows: readonly WindowUse[];
    }
  /** It has worked for a whole turn and gives its slot back; there is more to do. */
  | { readonly outcome: 'more' }
  /** The workflow asked it to stop; what it had is staged. */
  | { readonly outcome: 'stopped' }
  /** A page came with 404 while nothing was answered 200: ask whether the base URL is right, then go on. */
  | { readonly outcome: 'unproven' }
  /** The chunk is no longer open: another attempt has loaded it or given it up. */
  | { readonly outcome: 'closed' };

export interface CommitChunkRequest {
  readonly run: RunRef;
  readonly chunk: string;
  readonly slices: { readonly list: readonly string[]; readonly data: readonly string[] };
  readonly counts: readonly SliceCount[];
  /** Whether the base URL was shown to be right although every call of the run answered 404. */
  readonly proven: boolean;
}

export type ChunkOutcome =
  | { readonly outcome: 'loaded'; readonly rows: number; readonly calls: number }
  | { readonly outcome: 'differs'; readonly slices: readonly string[] }
  /** Nothing in the run was answered 200 and every call of this chunk 404: ask whether the base URL is right. */
  | { readonly outcome: 'unproven' };

export interface ChunkRequest {
  readonly run: RunRef;
  readonly chunk: string;
}

export interface BeginChunkRequest extends ChunkRequest {
  /** Whether it is pulled again from its beginning: an attempt more. */
  readonly anew?: boolean;
}

export interface FailChunkRequest extends ChunkRequest {
  readonly error: string;
}

export interface CloseRunRequest {
  readonly run: RunRef;
  /** `succeeded` where the run came to its end; whether that is so the manifest knows. */
  readonly status: Exclude<RunStatus, 'running' | 'terminated'>;
  /** Why chunks that were never begun are failed; null leaves them as they are. */
  readonly error: string | null;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}

export interface NotifyRequest {
  readonly run: RunRef;
  readonly to: 'webhook' | 'slack';
  readonly result: RunResult;
}

export interface NotifyRefusalRequest {
  readonly to: NotifyRequest['to'];
  /** Of a run that was never opened. */
  readonly result: RunResult;
  /** Why: kind and message. */
  readonly error: string;
}

/** The activities of a budget, as the workflow sees them. */
export interface BudgetActivities {
  recallBudget(): Promise<RecalledBudget>;
  tellOfLift(lift: WaitLifted): Promise<void>;
}

/** The activities of a run, as the workflow sees them. */
export interface RunActivities {
  openRun(request: OpenRunRequest): Promise<OpenedRun | Held>;
  resolveFreshness(request: ResolveFreshnessRequest): Promise<ResolvedFreshness | Held>;
  resolveFilters(run: RunRef): Promise<Resolved | Held>;
  nextChunks(request: { readonly run: RunRef; readonly limit: number }): Promise<Chunk[] | Held>;
  beginChunk(request: BeginChunkRequest): Promise<BegunChunk | Held>;
  pullSlice(request: SliceRequest): Promise<SliceOutcome>;
  commitChunk(request: CommitChunkRequest): Promise<ChunkOutcome | Held>;
  commitOverwrite(run: RunRef): Promise<OverwriteOutcome | Held>;
  failChunk(request: FailChunkRequest): Promise<null | Held>;
  closeRun(request: CloseRunRequest): Promise<RunResult | Held>;
  notifyRun(request: NotifyRequest): Promise<NotifyEvent | null>;
  notifyRefusal(request: NotifyRefusalRequest): Promise<NotifyEvent | null>;
}
