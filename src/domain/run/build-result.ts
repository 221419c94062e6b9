import { parseChunkKey } from '../chunk/chunk.ts';
import type { ChunkProgress } from './progress.ts';
import {
  type CallCounts,
  type FailedChunk,
  type RunResult,
  type RunSummary,
  textAtMost,
  type Warning,
} from './run-result.ts';
import type { StoredRun } from './stored-run.ts';

/** The result of a run that was opened. */
export function buildResult(
  run: StoredRun,
  counts: RunSummary,
  callCounts: CallCounts | null = null,
): RunResult {
  return {
    river: run.river.name,
    workflowId: run.workflowId,
    runId: run.runId,
    retryOf: run.retryOf?.workflowId ?? null,
    status: run.status,
    period: run.period,
    chunks: counts.chunks,
    rows: counts.rows,
    ...(counts.merged && { merged: counts.merged }),
    ...(counts.overwritten !== undefined && { overwritten: counts.overwritten }),
    calls: counts.calls,
    ...(counts.lostCalls > 0 && { lostCalls: counts.lostCalls }),
    failedChunks: counts.failedChunks,
    warnings: [...versionWarnings(run), ...counts.warnings],
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    callCounts,
  };
}

function versionWarnings({ unread }: StoredRun): Warning[] {
  if (unread === undefined) return [];
  const message = `Another version of River has written this run (${unread}): this version shows what it can read of it.`;
  return [{ start: null, end: null, message }];
}

/** The result of a run that was never opened: its input was refused, or it was cancelled before. */
export function buildUnopenedResult(
  run: Pick<RunResult, 'river' | 'workflowId' | 'runId' | 'status' | 'startedAt' | 'finishedAt'> &
    Partial<Pick<RunResult, 'retryOf'>>,
): RunResult {
  return {
    retryOf: null,
    ...run,
    period: null,
    chunks: null,
    rows: null,
    calls: null,
    failedChunks: [],
    warnings: [],
    callCounts: null,
  };
}

/** What a run's workflow knows of its end, where the run cannot be closed in its manifest. */
interface KnownOfEnd
  extends Pick<
    RunResult,
    'river' | 'workflowId' | 'runId' | 'status' | 'startedAt' | 'finishedAt' | 'period'
  > {
  /** Why chunks that were never begun have failed; null where they wait. */
  readonly error: string | null;
  readonly counts: Readonly<Record<'total' | 'loaded' | 'failed' | 'rows' | 'calls', number>>;
  readonly recent: readonly ChunkProgress[];
}

/** The result of a run by what its workflow knows; `unclosed`: why the run could not be closed in its manifest. */
export function buildUnclosedResult(
  { river, workflowId, runId, status, startedAt, finishedAt, period, error, counts, recent }: KnownOfEnd,
  unclosed?: string,
): RunResult {
  const { total, loaded, failed, rows, calls } = counts;
  const failedChunks = recent.flatMap((chunk): FailedChunk[] => {
    const { start, end } = parseChunkKey(chunk.chunk);
    return chunk.error === null ? [] : [{ start, end, error: chunk.error }];
  });
  const message = `The run could not be closed in its manifest: ${unclosed}`.slice(0, textAtMost);
  return {
    ...buildUnopenedResult({ river, workflowId, runId, status, startedAt, finishedAt }),
    status: status === 'succeeded' && loaded < total ? 'failed' : status,
    period,
    chunks: { total, loaded, failed: error === null ? failed : total - loaded, skipped: 0 },
    rows,
    calls,
    failedChunks: [...failedChunks, ...(error === null ? [] : [{ start: null, end: null, error }])],
    warnings: unclosed === undefined ? [] : [{ start: null, end: null, message }],
  };
}
