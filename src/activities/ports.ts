import type { WindowUse } from '../domain/budget/window-use.ts';
import type { Answer, PageAsked } from '../domain/call/answer.ts';
import type { Call } from '../domain/call/call.ts';
import type { RequestRecord } from '../domain/call/request-record.ts';
import type { Selection } from '../domain/call/selection.ts';
import type { Chunk } from '../domain/chunk/chunk.ts';
import type { Column } from '../domain/column/column.ts';
import type { FittedRows } from '../domain/column/fit-rows.ts';
import type { Day, Stretch } from '../domain/period/day.ts';
import type { Configuration, Connection } from '../domain/river/configuration.ts';
import type { River } from '../domain/river/river.ts';
import type { ChunkState, ChunkStatus, FailedChunk, RunStatus, Warning } from '../domain/run/run-result.ts';
import type { RecalledBudget } from './contract.ts';

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
    },
  ): Promise<Answer>;
}

/** A run on its way into the manifest. */
export interface NewRun {
  /** Temporal's firstExecutionRunId: the same through continue-as-new and Reset. */
  readonly runId: string;
  readonly workflowId: string;
  /** The river as this run pulls it, the run's overrides applied. Bears no secret. */
  readonly river: River;
  /** The first and last day pulled; null without a period, or with nothing to do. */
  readonly period: Stretch | null;
  /** The run's day. */
  readonly day: Day;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

export interface StoredRun extends NewRun {
  readonly status: RunStatus;
  readonly finishedAt: string | null;
  /** What the filters came to, once the list calls have answered. */
  readonly selection: Selection | null;
}

/** The table a run fills: what must be there before the first chunk is committed. */
export interface TableShape {
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  /** The column that bears a row's day, where the report has one. */
  readonly dayColumn: string | null;
}

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
}

/** How far a call of a slice has come. */
export interface StagedCall {
  readonly call: string;
  readonly status: number;
  readonly pages: number;
  readonly received: number;
  readonly rows: number;
  readonly finished: boolean;
  readonly lastFingerprint: string;
}

/** What a slice's activity reported, to be held against what is staged. */
export interface SliceCount {
  readonly slice: string;
  readonly calls: number;
  readonly rows: number;
}

export interface CommitRequest {
  readonly slices: readonly SliceCount[];
  /** Slices whose rows plan other calls and are not loaded. */
  readonly listSlices: readonly string[];
  readonly warnings: readonly Warning[];
  /** In `replace`: which of this river's rows make way. Null: all of them. */
  readonly scope: { readonly column: string; readonly first: Day; readonly last: Day } | null;
  /** The column that bears a row's day, where the report has one. */
  readonly dayColumn: string | null;
}

export type CommitOutcome =
  | {
      readonly outcome: 'loaded';
      readonly rows: number;
      readonly calls: number;
      readonly warnings: readonly Warning[];
    }
  /** What is staged is not what the slices reported: nothing was committed; these are to be pulled again. */
  | { readonly outcome: 'differs'; readonly slices: readonly string[] };

export interface RunSummary {
  readonly chunks: {
    readonly total: number;
    readonly loaded: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly rows: number;
  readonly calls: number;
  /** At most `listedAtMost`. */
  readonly failedChunks: readonly FailedChunk[];
  /** At most `listedAtMost`. */
  readonly warnings: readonly Warning[];
}

/** The tables in the warehouse: target, manifest and what is staged. Every method may be repeated. */
export interface Warehouse {
  /** Writes the run, its chunks, its staging and its target's declared columns, unless they are there. */
  openRun(run: NewRun, chunks: readonly Chunk[], table: TableShape): Promise<void>;
  readRun(runId: string): Promise<StoredRun | undefined>;
  saveSelection(runId: string, selection: Selection): Promise<void>;
  /** Chunks that are waiting or pulling, in the period's order. */
  unfinishedChunks(runId: string, limit: number): Promise<Chunk[]>;
  /** waiting → pulling, one attempt more. Returns the state it is in now. */
  beginChunk(runId: string, chunk: string): Promise<ChunkState>;
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
  /** Runs of this warehouse whose staging is still there. */
  runsWithStaging(): Promise<{ runId: string; workflowId: string }[]>;
  dropStaging(runId: string): Promise<void>;
}

/** What people ask of a warehouse from the command line, beside what a run does with it. */
export interface WarehouseBooks {
  /** The newest run of a workflow id. */
  findRun(workflowId: string): Promise<StoredRun | undefined>;
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
  /** Whether a run has ended, through all its continuations. */
  isClosed(run: { readonly runId: string; readonly workflowId: string }): Promise<boolean>;
  /** What the budget remembered that kept this workflow id before the execution of that run id. */
  recallBudget(execution: { readonly runId: string; readonly workflowId: string }): Promise<RecalledBudget>;
}

/** The world of the activities: the worker hands the real one in, a test three-line objects. */
export interface ActivityPorts {
  readonly configurations: Configurations;
  readonly runs: Runs;
  /** Throws ConfigurationError where no warehouse of that name is configured. */
  warehouse(name: string): Promise<Warehouse>;
  /** Throws ConfigurationError where no connection of that name is configured. */
  optimove(name: string): Promise<OptimoveConnection>;
}
