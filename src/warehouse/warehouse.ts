import type { RequestRecord } from '../domain/call/request-record.ts';
import type { Selection } from '../domain/call/selection.ts';
import type { Chunk } from '../domain/chunk/chunk.ts';
import type { TableShape } from '../domain/column/table-shape.ts';
import type { Stretch } from '../domain/period/day.ts';
import type { CommitOutcome, CommitRequest } from '../domain/run/commit.ts';
import type { Freshness } from '../domain/run/freshness.ts';
import type { EndOfRun, LeftRun } from '../domain/run/left-run.ts';
import type { BegunChunk, ChunkStatus, RunStatus } from '../domain/run/run-result.ts';
import type { RunSummary } from '../domain/run/run-summary.ts';
import type { StagedCall, StagedPage } from '../domain/run/staged-page.ts';
import type { NewRun, RetriableChunk, StoredRun } from '../domain/run/stored-run.ts';
import type { Track } from '../domain/run/track.ts';
import type { TargetBooks } from '../domain/verify/target-books.ts';

/** A warehouse that is open: target, manifest and staging. Every method may be repeated. */
export interface OpenWarehouse {
  /** Writes the run, its chunks, its staging and its target's declared columns, unless they are there. */
  openRun(run: NewRun, chunks: readonly RetriableChunk[], table: TableShape): Promise<void>;
  /** Writes what a run knows now of its data and what it therefore pulls, unless that is written. */
  settleRun(
    runId: string,
    period: Stretch | null,
    chunks: readonly Chunk[],
    freshness: Freshness,
  ): Promise<void>;
  /** Which days of a river stand in its table; none where that is gone. Changes nothing. */
  track(river: string, table: string): Promise<Track>;
  readRun(runId: string): Promise<StoredRun | undefined>;
  saveSelection(runId: string, selection: Selection): Promise<void>;
  unloadedChunks(run: StoredRun): Promise<RetriableChunk[]>;
  unfinishedChunks(runId: string, limit: number): Promise<Chunk[]>;
  beginChunk(runId: string, chunk: string): Promise<BegunChunk>;
  isOpen(runId: string, chunk: string | null): Promise<boolean>;
  stagedCalls(runId: string, chunk: string | null, slice: string): Promise<StagedCall[]>;
  stagedPages(
    runId: string,
    chunk: string | null,
    slice: string,
  ): AsyncIterable<Pick<StagedPage, 'call' | 'page' | 'columns' | 'rows'>>;
  stagePage(
    runId: string,
    chunk: string | null,
    page: StagedPage,
    requests: readonly RequestRecord[],
  ): Promise<'staged' | 'closed'>;
  noteRequests(runId: string, chunk: string | null, requests: readonly RequestRecord[]): Promise<void>;
  failingSince(runId: string, chunk: string | null, call: string): Promise<string | undefined>;
  answeredCalls(runId: string): Promise<number>;
  unstage(runId: string, chunk: string, slices: readonly string[]): Promise<void>;
  commitChunk(runId: string, chunk: string, request: CommitRequest): Promise<CommitOutcome>;
  failChunk(runId: string, chunk: string, error: string): Promise<void>;
  failUnloadedChunks(runId: string, error: string): Promise<void>;
  closeRun(runId: string, status: Exclude<RunStatus, 'running'>, finishedAt: string): Promise<void>;
  summariseRun(runId: string): Promise<RunSummary>;
  leftRuns(): Promise<LeftRun[]>;
  closeLeft(runId: string, endOf: () => Promise<EndOfRun | undefined>): Promise<void>;
  endBefore(river: string, runId: string): Promise<RunStatus | undefined>;
  findRun(workflowId: string): Promise<StoredRun | undefined>;
  listRuns(limit: number): Promise<StoredRun[]>;
  chunkStatuses(runId: string): Promise<ChunkStatus[]>;
  /** A few rows of a table, to show. */
  firstRows(table: string, limit: number): Promise<Record<string, unknown>[]>;
  /** What manifest and tables say of every river, or of one, at one instant. */
  readBooks(river?: string): Promise<TargetBooks[]>;
  /** What answers there, for a person; changes nothing. Throws where River could not do its work. */
  check(): Promise<string>;
  /** Gives its connections back. */
  close(): Promise<void>;
}
