import type { CallCounts, RunResult, Warning } from './run-result.ts';
import type { RunSummary } from './run-summary.ts';
import type { StoredRun } from './stored-run.ts';

/** The result of a run that was opened. */
export function resultOf(
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
    period: run.period && { start: run.period.first, end: run.period.last },
    chunks: counts.chunks,
    rows: counts.rows,
    calls: counts.calls,
    ...(counts.lostCalls > 0 && { lostCalls: counts.lostCalls }),
    failedChunks: counts.failedChunks,
    warnings: [...notesOn(run), ...counts.warnings],
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    callCounts,
  };
}

function notesOn({ unread }: StoredRun): Warning[] {
  if (unread === undefined) return [];
  const message = `Another version of River has written this run (${unread}): it is shown as far as this one can read it.`;
  return [{ start: null, end: null, message }];
}

/** The result of a run that was never opened: its input was refused, or it is not known yet what it pulls. */
export function resultOfUnopened(
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
