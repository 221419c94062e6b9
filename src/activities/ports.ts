import type { WaitLifted } from '#domain/budget/back-off';
import type { RecalledBudget } from '#domain/budget/save-budget';
import type { WindowUse } from '#domain/budget/window';
import type { Answer, Call, PageAsked } from '#domain/call/call';
import type { CallHistory, RequestRecord } from '#domain/call/call-history';
import type { CallStatus } from '#domain/call/no-rows';
import type { SeenPages } from '#domain/call/seen-pages';
import type { Selection } from '#domain/call/selection';
import type { Chunk } from '#domain/chunk/chunk';
import type { TableShape } from '#domain/column/river-table';
import type { TargetTable } from '#domain/column/table-type';
import type { DateRange, Day } from '#domain/period/date-range';
import type { Configuration, Connection } from '#domain/river/configuration';
import type { FailedRequest, FailedSince, Outages } from '#domain/run/failing-time';
import type { Freshness } from '#domain/run/freshness';
import type { LoadedDays } from '#domain/run/loaded-days';
import type { NotesOfPage } from '#domain/run/page-notes';
import type { BegunChunk, RequestCounts, RunStatus, RunSummary, Warning } from '#domain/run/run-result';
import type { CommitOutcome, CommitRequest, StagedCall, StagedPage } from '#domain/run/staged-page';
import type { EndOfRun, NewRun, OrphanedRun, RetriableChunk, StoredRun } from '#domain/run/stored-run';
import type { Secret } from '#domain/secret';

/** The configuration as it is now; a changed file is read within 10 s, a faulty one leaves the last good one. */
export interface Configurations {
  current(): Promise<Configuration>;
  /** After a refusal: what `exec:` prints now. The same object where that is the same. */
  readSecretsAgain(): Promise<Configuration>;
}

/** One Optimove tenant, spoken with over HTTP. */
export interface Optimove {
  /**
   * Sends one request (and a sign-in before it where the connection has a login that is not signed in).
   * `record` hears of every request sent, answered or not, before the promise settles.
   * Throws by `domain/errors.ts`: CredentialsRefusedError, ReportRefusedError, OptimoveUnavailableError, BaseUrlInDoubtError,
   * ThrottledError, BudgetSpentError, ConfigurationError (3xx, 404 in place of a list), or the reason of the signal that ended it.
   */
  request(
    call: Call,
    page: PageAsked | undefined,
    options: {
      /** Ends the wait for the budget; a request that is under way goes on. */
      signal: AbortSignal;
      /** Cuts a request that is under way. */
      abort: AbortSignal;
      /** For whom: runs share a budget evenly. */
      run: string;
      /** When a person last ended the connection's wait by hand, as far as is known; ISO 8601. */
      lifted?: string | undefined;
      /** Hears of every request sent, answered or not. */
      record: (request: RequestRecord) => void;
      /** Hears that a request has gone out; what it gives hears that it is not waited for any more. */
      onSent?: () => () => void;
      /** What a call has met before in its run: only asked where a reply is no answer. */
      history?: (call: string) => Promise<CallHistory>;
      /** Puts the answer away. Until then the call counts as in flight, so a kill repeats no more calls than those. */
      keep?: (answer: Answer) => Promise<void>;
    },
  ): Promise<Answer>;
}

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
export interface RunOpening extends RunReading {
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
  /** Runs that are open in the manifest, or whose staging is still there. */
  readOrphanedRuns(): Promise<OrphanedRun[]>;
  /** Ends one of them that has ended all the same; one that has gone on since it was read is given as it is now. */
  endOrphanedRun(run: OrphanedRun, end: EndOfRun): Promise<OrphanedRun | undefined>;
}

/** What finds out how far a run's data is complete. */
export interface FreshnessResolving extends RunReading, StagedReading {
  readLoadedDays: RunOpening['readLoadedDays'];
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

/** What loads a chunk that is pulled. */
export interface ChunkStoring extends Pick<RunReading, 'readRun'>, Pick<StagedReading, 'readPageNotes'> {
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

/** What ends a run and sums it up. */
export interface RunEnding extends RunReading {
  /** Every chunk that is not loaded fails with this error. */
  markAllFailed(runId: string, error: string): Promise<void>;
  /** Ends the run and drops its staging. */
  endRun(runId: string, status: Exclude<RunStatus, 'running'>, finishedAt: string): Promise<void>;
  /** Deletes requests of runs that ended long before. */
  pruneCalls(now: Date): Promise<void>;
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
    RunEnding,
    EndReading {}

/** Where an activity has a warehouse from, with the functions that it uses. */
export interface Warehouses<W> {
  /** Throws ConfigurationError where no warehouse of that name is configured. */
  warehouse(name: string): Promise<W>;
}

/** One Optimove connection as this process speaks with it. */
export interface OptimoveConnection {
  readonly connection: Connection;
  readonly optimove: Optimove;
  /** Each window of its budget, as far as this process knows. */
  windows(): readonly WindowUse[];
  /** What this process has seen of its pages. */
  readonly seenPages: SeenPages;
  /** When it has answered no call, as far as this process knows. */
  outages(): Outages;
}

/** What an activity asks Temporal itself. */
export interface Runs {
  /** Names of the search attributes that the namespace knows. */
  registeredSearchAttributes(): Promise<readonly string[]>;
  /** How a run has ended, through all its continuations; undefined while it is under way. */
  endOf(run: { readonly runId: string; readonly workflowId: string }): Promise<EndOfRun | undefined>;
  /** Whether this execution of a run was cancelled. */
  isCancelled(execution: { readonly runId: string; readonly workflowId: string }): Promise<boolean>;
  /** What the budget remembered that kept this workflow id before the execution of that run id. */
  recallBudget(execution: { readonly runId: string; readonly workflowId: string }): Promise<RecalledBudget>;
  /** Tells the runs that are under way that a connection's wait was ended by hand. */
  tellOfLift(lift: WaitLifted): Promise<void>;
}

export interface WriteGateOptions {
  /** How long after a failure a write is tried, and again after each that fails; the last one for ever. */
  readonly triesAfterMs: readonly number[];
  /** A page that is not stored for so long is one that cannot be. */
  readonly slowAfterMs: number;
}

/** The world of the activities: the worker hands the real one in, a test three-line objects. */
export interface ActivityPorts extends Warehouses<Warehouse> {
  readonly configurations: Configurations;
  readonly runs: Runs;
  /** Aborted when this worker begins to drain. */
  readonly draining: AbortSignal;
  /** When a warehouse that takes nothing is tried again. Left out: as the gates know best. */
  readonly writeGates?: WriteGateOptions | undefined;
  /**
   * Posts a JSON body, once; `whom` names the receiver in messages. Throws NotificationUnavailableError or
   * NotificationRefusedError, neither of which bears the URL.
   */
  post(url: Secret, body: object, whom: string): Promise<void>;
  /** Throws ConfigurationError where no connection of that name is configured. */
  optimove(name: string): Promise<OptimoveConnection>;
}
