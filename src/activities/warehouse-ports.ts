import type { CallHistory, RequestRecord } from '#domain/call/call-history';
import type { CallStatus } from '#domain/call/no-rows';
import type { Selection } from '#domain/call/selection';
import type { Chunk } from '#domain/chunk/chunk';
import type { TableShape } from '#domain/column/river-table';
import type { TargetTable } from '#domain/column/table-type';
import type { DateRange, Day } from '#domain/period/date-range';
import type { FailedRequest, FailedSince } from '#domain/run/failing-time';
import type { Freshness } from '#domain/run/freshness';
import type { LoadedDays } from '#domain/run/loaded-days';
import type { NotesOfPage } from '#domain/run/page-notes';
import type { BegunChunk, RequestCounts, RunStatus, RunSummary, Warning } from '#domain/run/run-result';
import type {
  CommitOutcome,
  CommitRequest,
  OverwriteOutcome,
  OverwriteRequest,
  PackRows,
  StagedCall,
  StagedPage,
} from '#domain/run/staged-page';
import type { EndOfRun, NewRun, OrphanedRun, RetriableChunk, StoredRun } from '#domain/run/stored-run';

/*
 * What activities ask of a warehouse, each of them the functions of one or two of these. Every function may be repeated.
 */

export interface RunReading {
  readRun(runId: string): Promise<StoredRun | undefined>;
  summariseRun(runId: string): Promise<RunSummary>;
}

/** What lies staged: pages of a chunk, or of the whole run where it is null. */
export interface StagedReading {
  /** How far each call of a slice has come. */
  readStagedCalls(runId: string, chunk: string | null, slice: string): Promise<StagedCall[]>;
  readStagedPages(
    runId: string,
    chunk: string | null,
    slice: string,
  ): AsyncIterable<Pick<StagedPage, 'call' | 'page' | 'columns' | 'rows'>>;
  /** What the staged pages of slices brought that a person is to hear of. */
  readPageNotes(runId: string, chunk: string | null, slices: readonly string[]): AsyncIterable<NotesOfPage>;
}

/** What opens a run. */
export interface RunOpening extends RunReading, LockReading {
  /** Writes the run, its chunks, its staging and its target's declared columns, unless they are there. */
  recordRun(
    run: NewRun,
    chunks: readonly RetriableChunk[],
    table: TableShape,
    signal?: AbortSignal,
  ): Promise<void>;
  /** The newest run of a workflow id. */
  findRun(workflowId: string): Promise<StoredRun | undefined>;
  /** Which days of a river stand in its table; none where that is gone. */
  readLoadedDays(river: string, table: string): Promise<LoadedDays>;
  /** The chunks of a run that are not loaded; `skipped` where a later run has loaded their days since. */
  readUnloadedChunks(run: StoredRun): Promise<RetriableChunk[]>;
  readUnfinishedChunks: ChunkMarking['readUnfinishedChunks'];
  /** Runs that are open in the manifest, or whose staging is still there. */
  readOrphanedRuns(): Promise<OrphanedRun[]>;
  /** Ends one of them that has ended all the same; one that has gone on since it was read is given as it is now. */
  endOrphanedRun(run: OrphanedRun, end: EndOfRun): Promise<OrphanedRun | undefined>;
}

/** What finds out how far a run's data is complete. */
export interface FreshnessResolving extends RunReading, StagedReading {
  readLoadedDays: RunOpening['readLoadedDays'];
  readUnfinishedChunks: ChunkMarking['readUnfinishedChunks'];
  /** Writes what a run knows now of its data and what it therefore pulls, unless that is written. */
  recordFreshness(
    runId: string,
    period: DateRange | null,
    chunks: readonly Chunk[],
    freshness: Freshness,
  ): Promise<void>;
}

/** What turns filters into ids. */
export interface FilterResolving extends Pick<RunReading, 'readRun'>, StagedReading {
  /** What the filters come to, and what is to be said of the lists that it was found in. */
  saveSelection(runId: string, selection: Selection, warnings?: readonly Warning[]): Promise<void>;
  readUnfinishedChunks: ChunkMarking['readUnfinishedChunks'];
}

/** What moves a chunk from state to state. */
export interface ChunkMarking {
  /** Chunks that are waiting or pulling, in the period's order. */
  readUnfinishedChunks(runId: string, limit: number): Promise<Chunk[]>;
  /** waiting → pulling, one attempt more; one that is pulled goes on, which is none. `anew`: it is one all the same. */
  markPulling(runId: string, chunk: string, anew?: boolean): Promise<BegunChunk>;
  /** The chunk fails with this error, and what is staged of it goes: a run that pulls it again begins anew. */
  markFailed(runId: string, chunk: string, error: string): Promise<void>;
}

/** What a process that calls tries before it calls on, where a warehouse has taken nothing. */
export interface WriteTrying {
  /** Writes what a page of so many bytes of this run would take, and takes it back. Throws what staging would throw. */
  tryWrite(runId: string, bytes: number): Promise<void>;
  /** Requests that brought no page, or whose page could not be stored. */
  noteRequests(runId: string, chunk: string | null, requests: readonly RequestRecord[]): Promise<void>;
}

/** What stores the pages of a call. */
export interface PageStaging {
  noteRequests: WriteTrying['noteRequests'];
  /**
   * The page, its call's rows in `river_calls` and the chunk's counts, in one transaction, and only while the chunk is open.
   * `chunk` null: a list of the whole run. A page staged twice is there once.
   */
  stagePage(
    runId: string,
    chunk: string | null,
    page: StagedPage,
    requests: readonly RequestRecord[],
  ): Promise<'staged' | 'closed'>;
  /** Packs rows in the form in which they are staged: so they take a fraction of the room. */
  readPacker(): Promise<PackRows>;
}

/** What is known of a run's failed requests. */
export interface FailureReading {
  /** The failures of these calls, each since it was last answered, the newest of them only; the oldest first. */
  readFailures(
    runId: string,
    chunk: string | null,
    calls: readonly string[],
  ): Promise<readonly FailedRequest[]>;
  /** How many requests of the run have failed passingly that were sent since then (ISO 8601), and what the last came to. */
  countFailedSince(runId: string, since: string): Promise<FailedSince>;
}

/** What pulls a slice: from where it stands to its last page. */
export interface SlicePulling
  extends Pick<RunReading, 'readRun'>,
    StagedReading,
    WriteTrying,
    PageStaging,
    FailureReading {
  /** All that an attempt at a slice begins with, read together. */
  readSlice(runId: string, chunk: string | null, slice: string): Promise<SliceState>;
  /** The rows of one staged page; undefined where it is not there. */
  readStagedPage(
    runId: string,
    chunk: string | null,
    slice: string,
    page: Pick<StagedPage, 'call' | 'page'>,
  ): Promise<Pick<StagedPage, 'columns' | 'rows'> | undefined>;
  /** Says of a staged page whether its call is finished with it, where that is found out later. */
  markLastPage(
    runId: string,
    page: Pick<StagedPage, 'slice' | 'call' | 'page'> & { readonly chunk: string | null },
    last: boolean,
  ): Promise<void>;
  /** What a call has met since it was last answered. */
  readCallHistory(runId: string, call: string): Promise<Omit<CallHistory, 'isProven'>>;
  saveSelection: FilterResolving['saveSelection'];
  deleteStaged: ChunkStoring['deleteStaged'];
  /** The run has another day from now on. */
  saveDay(runId: string, day: Day): Promise<void>;
}

export interface SliceState {
  /** Whether pages may still be staged into the chunk, or for the whole run. */
  readonly isOpen: boolean;
  readonly run: StoredRun | undefined;
  readonly calls: readonly StagedCall[];
  /** The chunk's target as it is now: what a page's values are fitted to. */
  readonly target: TargetTable | undefined;
}

/** What says why a commit stands still. */
export interface LockReading {
  /** The session that holds a lock for which another waits that changes the table; undefined where none does, or nobody can know. */
  findLockHolder(table: string): Promise<string | undefined>;
}

/** What loads a chunk that is pulled. */
export interface ChunkStoring
  extends LockReading,
    Pick<RunReading, 'readRun'>,
    Pick<StagedReading, 'readPageNotes'> {
  /** The calls of slices, once for each page that was answered: with one of these statuses, or with any. */
  readCallsAnswered(
    runId: string,
    chunk: string,
    slices: readonly string[],
    statuses?: readonly number[],
  ): AsyncIterable<CallStatus>;
  /** Whether the API answered any request of the run with 200. */
  isRunAnswered(runId: string): Promise<boolean>;
  /** Removes what is staged of these slices, so that they are pulled again. */
  deleteStaged(runId: string, chunk: string | null, slices: readonly string[]): Promise<void>;
  /** `signal` ends the wait for others who use the table. */
  storeChunk(
    runId: string,
    chunk: string,
    request: CommitRequest,
    signal?: AbortSignal,
  ): Promise<CommitOutcome>;
}

/** What replaces the content of a table that a run overwrites. */
export interface OverwriteStoring extends LockReading, Pick<RunReading, 'readRun'> {
  /** Once all its chunks are loaded, exactly once. `signal` ends the wait for others who use the table. */
  storeOverwrite(runId: string, request: OverwriteRequest, signal?: AbortSignal): Promise<OverwriteOutcome>;
}

/** What ends a run and sums it up. */
export interface RunEnding extends RunReading {
  /** Every chunk that is not loaded fails with this error. */
  markAllFailed(runId: string, error: string): Promise<void>;
  /** Ends the run and drops its staging. */
  endRun(runId: string, status: Exclude<RunStatus, 'running'>, finishedAt: string): Promise<void>;
  /** Deletes requests of runs that ended long before. */
  pruneRuns(now: Date): Promise<void>;
  /** Its requests, by why they were made. `dataCalls`: the names of the calls whose rows it loads. */
  countRequests(runId: string, dataCalls: readonly string[]): Promise<RequestCounts>;
}

export interface EndReading {
  /** How the run of this river ended that ended before this one; undefined where there is none. */
  readEndBefore(river: string, runId: string): Promise<RunStatus | undefined>;
}

/** All of it, as the worker hands it in. */
export interface Warehouse
  extends RunOpening,
    FreshnessResolving,
    FilterResolving,
    ChunkMarking,
    SlicePulling,
    ChunkStoring,
    OverwriteStoring,
    RunEnding,
    EndReading {}

/** Where an activity has a warehouse from, with the functions that it uses. */
export interface Warehouses<W> {
  /** Throws ConfigurationError where no warehouse of that name is configured. */
  warehouse(name: string): Promise<W>;
}
