import type { CallHistory, RequestRecord } from '../call/call-history.ts';
import type { CallStatus } from '../call/no-rows.ts';
import type { Selection } from '../call/selection.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { TableShape } from '../column/river-table.ts';
import type { TargetTable } from '../column/table-type.ts';
import type { DateRange, Day } from '../period/date-range.ts';
import type { FailedRequest, FailedSince } from './failing-time.ts';
import type { Freshness } from './freshness.ts';
import type { LoadedDays } from './loaded-days.ts';
import type { NotesOfPage } from './page-notes.ts';
import type {
  BegunChunk,
  ChunkStatus,
  RequestCounts,
  RetryOfRun,
  RunStatus,
  RunSummary,
  Warning,
} from './run-result.ts';
import type { CommitOutcome, CommitRequest, StagedCall, StagedPage } from './staging.ts';
import type { EndOfRun, NewRun, OrphanedRun, RetriableChunk, StoredRun } from './stored-run.ts';

/** The tables in the warehouse: target, manifest and what is staged. Every method may be repeated. */
export interface RunStore {
  /** Writes the run, its chunks, its staging and its target's declared columns, unless they are there. */
  openRun(
    run: NewRun,
    chunks: readonly RetriableChunk[],
    table: TableShape,
    signal?: AbortSignal,
  ): Promise<void>;
  /** The target as it is now: what a page's values are fitted to. */
  target(table: string): Promise<TargetTable>;
  /** Writes what a run knows now of its data and what it therefore pulls, unless that is written. */
  settleRun(
    runId: string,
    period: DateRange | null,
    chunks: readonly Chunk[],
    freshness: Freshness,
  ): Promise<void>;
  /** Which days of a river stand in its table; none where that is gone. */
  loadedDays(river: string, table: string): Promise<LoadedDays>;
  readRun(runId: string): Promise<StoredRun | undefined>;
  /** The newest run of a workflow id. */
  findRun(workflowId: string): Promise<StoredRun | undefined>;
  /** The chunks of a run that are not loaded; `skipped` where a later run has loaded their days since. */
  unloadedChunks(run: StoredRun): Promise<RetriableChunk[]>;
  /** What the filters come to, and what is to be said of the lists that it was found in. */
  saveSelection(runId: string, selection: Selection, warnings?: readonly Warning[]): Promise<void>;
  /** Chunks that are waiting or pulling, in the period's order. */
  unfinishedChunks(runId: string, limit: number): Promise<Chunk[]>;
  /** waiting → pulling, one attempt more; one that is pulled goes on, which is none. `anew`: it is one all the same. */
  beginChunk(runId: string, chunk: string, anew?: boolean): Promise<BegunChunk>;
  /** Whether pages may still be staged into it. `chunk` null: for the whole run. */
  isOpen(runId: string, chunk: string | null): Promise<boolean>;
  stagedCalls(runId: string, chunk: string | null, slice: string): Promise<StagedCall[]>;
  /** The calls of a slice, once for each page that was answered: with one of these statuses, or with any. */
  callsAnswered(
    runId: string,
    chunk: string,
    slice: string,
    statuses?: readonly number[],
  ): AsyncIterable<CallStatus>;
  stagedPages(
    runId: string,
    chunk: string | null,
    slice: string,
  ): AsyncIterable<Pick<StagedPage, 'call' | 'page' | 'columns' | 'rows'>>;
  /** The rows of one staged page; undefined where it is not there. */
  stagedPage(
    runId: string,
    chunk: string | null,
    slice: string,
    page: Pick<StagedPage, 'call' | 'page'>,
  ): Promise<Pick<StagedPage, 'columns' | 'rows'> | undefined>;
  /** What the staged pages of a slice brought that a person is to hear of. `chunk` null: those of the whole run. */
  pageNotes(runId: string, chunk: string | null, slice: string): AsyncIterable<NotesOfPage>;
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
  /** Says of a staged page whether its call is finished with it, where that is found out later. */
  markLast(
    runId: string,
    page: Pick<StagedPage, 'slice' | 'call' | 'page'> & { readonly chunk: string | null },
    last: boolean,
  ): Promise<void>;
  /**
   * Writes what a page of so many bytes of this run would take, and takes it back. Throws what staging would throw.
   */
  tryWrite(runId: string, bytes: number): Promise<void>;
  /** Requests that brought no page, or whose page could not be stored. */
  noteRequests(runId: string, chunk: string | null, requests: readonly RequestRecord[]): Promise<void>;
  /** The failures of these calls, each since it was last answered, the newest of them only; the oldest first. */
  failuresOf(runId: string, chunk: string | null, calls: readonly string[]): Promise<FailedRequest[]>;
  /** How many requests of the run have failed passingly that were sent since then (ISO 8601), and what the last came to. */
  failedSince(runId: string, since: string): Promise<FailedSince>;
  /** What a call has met since it was last answered. */
  callHistory(runId: string, call: string): Promise<Omit<CallHistory, 'isProven'>>;
  /** Whether the API answered any request of the run with 200. */
  isRunAnswered(runId: string): Promise<boolean>;
  /** Removes what is staged of these slices, so that they are pulled again. */
  unstage(runId: string, chunk: string | null, slices: readonly string[]): Promise<void>;
  /** The run has another day from now on. */
  redate(runId: string, day: Day): Promise<void>;
  /** `signal` ends the wait for others who use the table. */
  commitChunk(
    runId: string,
    chunk: string,
    request: CommitRequest,
    signal?: AbortSignal,
  ): Promise<CommitOutcome>;
  /** The chunk fails with this error, and what is staged of it goes: who pulls it again begins anew. */
  failChunk(runId: string, chunk: string, error: string): Promise<void>;
  /** Every chunk that is not loaded fails with this error. */
  failUnloadedChunks(runId: string, error: string): Promise<void>;
  /** Ends the run and drops its staging. */
  closeRun(runId: string, status: Exclude<RunStatus, 'running'>, finishedAt: string): Promise<void>;
  summariseRun(runId: string): Promise<RunSummary>;
  /** Its requests, by why they were made. `dataCalls`: the names of the calls whose rows it loads. */
  requestCounts(runId: string, dataCalls: readonly string[]): Promise<RequestCounts>;
  /** Runs that are open in the manifest, or whose staging is still there. */
  leftRuns(): Promise<OrphanedRun[]>;
  /** Closes one of them that has ended all the same; one that has gone on since it was read is given as it is now. */
  closeLeft(run: OrphanedRun, end: EndOfRun): Promise<OrphanedRun | undefined>;
  /** How the run of this river ended that ended before this one; undefined where there is none. */
  endBefore(river: string, runId: string): Promise<RunStatus | undefined>;
}

/** What people ask of a warehouse from the command line, beside what a run does with it. */
export interface RunBooks {
  /** The newest runs first. */
  listRuns(limit: number): Promise<StoredRun[]>;
  chunkStatuses(runId: string): Promise<ChunkStatus[]>;
  /** The runs that have retried this one, the oldest first. */
  retriesOf(runId: string): Promise<RetryOfRun[]>;
  summariseRun(runId: string): Promise<RunSummary>;
}
