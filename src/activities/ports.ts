import type { RecalledBudget } from '../domain/budget/recalled-budget.ts';
import type { WindowUse } from '../domain/budget/window-use.ts';
import type { Answer, PageAsked } from '../domain/call/answer.ts';
import type { Call } from '../domain/call/call.ts';
import type { RequestRecord } from '../domain/call/request-record.ts';
import type { Selection } from '../domain/call/selection.ts';
import type { Chunk } from '../domain/chunk/chunk.ts';
import type { TableShape } from '../domain/column/table-shape.ts';
import type { Stretch } from '../domain/period/day.ts';
import type { Configuration, Connection } from '../domain/river/configuration.ts';
import type { CommitOutcome, CommitRequest } from '../domain/run/commit.ts';
import type { Freshness } from '../domain/run/freshness.ts';
import type { EndOfRun, LeftRun } from '../domain/run/left-run.ts';
import type { BegunChunk, ChunkStatus, RunStatus } from '../domain/run/run-result.ts';
import type { RunSummary } from '../domain/run/run-summary.ts';
import type { StagedCall, StagedPage } from '../domain/run/staged-page.ts';
import type { NewRun, RetriableChunk, StoredRun } from '../domain/run/stored-run.ts';
import type { Track } from '../domain/run/track.ts';
import type { Secret } from '../domain/secret.ts';

/** The configuration as it is now; a changed file is read within 10 s, a faulty one leaves the last good one. */
export interface Configurations {
  current(): Promise<Configuration>;
}

/** One Optimove tenant, spoken with over HTTP. */
export interface Optimove {
  /**
   * Sends one request (and a sign-in before it where the connection has a login that is not signed in).
   * `record` hears of every request sent, answered or not, before the promise settles.
   * Throws by `domain/errors.ts`: CredentialsRefusedError, ReportRefusedError, OptimoveUnavailableError, ThrottledError,
   * BudgetSpentError, ConfigurationError (3xx), or the reason of the signal that ended it.
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
      /** Hears of every request sent, answered or not. */
      record: (request: RequestRecord) => void;
      /** Puts the answer away. Until then the call counts as in flight, so a kill repeats no more calls than those. */
      keep?: (answer: Answer) => Promise<void>;
    },
  ): Promise<Answer>;
}

/** The tables in the warehouse: target, manifest and what is staged. Every method may be repeated. */
export interface Warehouse {
  /** Writes the run, its chunks, its staging and its target's declared columns, unless they are there. */
  openRun(run: NewRun, chunks: readonly RetriableChunk[], table: TableShape): Promise<void>;
  /** Writes what a run knows now of its data and what it therefore pulls, unless that is written. */
  settleRun(
    runId: string,
    period: Stretch | null,
    chunks: readonly Chunk[],
    freshness: Freshness,
  ): Promise<void>;
  /** Which days of a river stand in its table; none where that is gone. */
  track(river: string, table: string): Promise<Track>;
  readRun(runId: string): Promise<StoredRun | undefined>;
  /** The newest run of a workflow id. */
  findRun(workflowId: string): Promise<StoredRun | undefined>;
  /** The chunks of a run that are not loaded; `skipped` where a later run has loaded their days since. */
  unloadedChunks(run: StoredRun): Promise<RetriableChunk[]>;
  saveSelection(runId: string, selection: Selection): Promise<void>;
  /** Chunks that are waiting or pulling, in the period's order. */
  unfinishedChunks(runId: string, limit: number): Promise<Chunk[]>;
  /** waiting → pulling, one attempt more. */
  beginChunk(runId: string, chunk: string): Promise<BegunChunk>;
  /** Whether pages may still be staged into it. `chunk` null: for the whole run. */
  isOpen(runId: string, chunk: string | null): Promise<boolean>;
  stagedCalls(runId: string, chunk: string | null, slice: string): Promise<StagedCall[]>;
  stagedPages(
    runId: string,
    chunk: string | null,
    slice: string,
  ): AsyncIterable<Pick<StagedPage, 'call' | 'page' | 'columns' | 'rows'>>;
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
  /** Requests that brought no page. */
  noteRequests(runId: string, chunk: string | null, requests: readonly RequestRecord[]): Promise<void>;
  /** When this call first failed since it was last answered; undefined where it has not. ISO 8601. */
  failingSince(runId: string, chunk: string | null, call: string): Promise<string | undefined>;
  /** How many requests of the run were answered 200. */
  answeredCalls(runId: string): Promise<number>;
  /** Removes what is staged of these slices, so that they are pulled again. */
  unstage(runId: string, chunk: string, slices: readonly string[]): Promise<void>;
  commitChunk(runId: string, chunk: string, request: CommitRequest): Promise<CommitOutcome>;
  failChunk(runId: string, chunk: string, error: string): Promise<void>;
  /** Every chunk that is not loaded fails with this error. */
  failUnloadedChunks(runId: string, error: string): Promise<void>;
  /** Ends the run and drops its staging. */
  closeRun(runId: string, status: Exclude<RunStatus, 'running'>, finishedAt: string): Promise<void>;
  summariseRun(runId: string): Promise<RunSummary>;
  /** Runs that are open in the manifest, or whose staging is still there. */
  leftRuns(): Promise<LeftRun[]>;
  /** Closes one of them that has ended all the same, as `endOf` says under its lock; undefined leaves it open. */
  closeLeft(runId: string, endOf: () => Promise<EndOfRun | undefined>): Promise<void>;
  /** How the run of this river ended that ended before this one; undefined where there is none. */
  endBefore(river: string, runId: string): Promise<RunStatus | undefined>;
}

/** What people ask of a warehouse from the command line, beside what a run does with it. */
export interface WarehouseBooks {
  /** The newest runs first. */
  listRuns(limit: number): Promise<StoredRun[]>;
  chunkStatuses(runId: string): Promise<ChunkStatus[]>;
  summariseRun(runId: string): Promise<RunSummary>;
}

/** One Optimove connection as this process speaks with it. */
export interface OptimoveConnection {
  readonly connection: Connection;
  readonly optimove: Optimove;
  /** Each window of its budget, as far as this process knows. */
  windows(): readonly WindowUse[];
}

/** What an activity asks Temporal itself. */
export interface Runs {
  /** Names of the search attributes that the namespace knows. */
  registeredSearchAttributes(): Promise<readonly string[]>;
  /** How a run has ended, through all its continuations; undefined while it is under way. */
  endOf(run: { readonly runId: string; readonly workflowId: string }): Promise<EndOfRun | undefined>;
  /** Whether somebody asked this execution of a run to end. */
  isCancelled(execution: { readonly runId: string; readonly workflowId: string }): Promise<boolean>;
  /** What the budget remembered that kept this workflow id before the execution of that run id. */
  recallBudget(execution: { readonly runId: string; readonly workflowId: string }): Promise<RecalledBudget>;
}

/** The world of the activities: the worker hands the real one in, a test three-line objects. */
export interface ActivityPorts {
  readonly configurations: Configurations;
  readonly runs: Runs;
  /** Aborted when this worker begins to drain. */
  readonly draining: AbortSignal;
  /** Throws ConfigurationError where no warehouse of that name is configured. */
  warehouse(name: string): Promise<Warehouse>;
  /**
   * Posts a JSON body, once; `whom` names the receiver in messages. Throws NotificationUnavailableError or
   * NotificationRefusedError, neither of which bears the URL.
   */
  post(url: Secret, body: object, whom: string): Promise<void>;
  /** Throws ConfigurationError where no connection of that name is configured. */
  optimove(name: string): Promise<OptimoveConnection>;
}
