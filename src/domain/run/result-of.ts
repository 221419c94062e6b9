import type { Stretch } from '../period/day.ts';
import type { RunResult, RunStatus } from './run-result.ts';

/** A run as the manifest knows it. */
export interface KnownRun {
  readonly runId: string;
  readonly workflowId: string;
  readonly river: { readonly name: string };
  readonly period: Stretch | null;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** The counts of a run, from the manifest. */
export type Counts = Pick<RunResult, 'rows' | 'calls' | 'failedChunks' | 'warnings'> & {
  readonly chunks: NonNullable<RunResult['chunks']>;
};

/** The result of a run that was opened. */
export function resultOf(run: KnownRun, counts: Counts): RunResult {
  return {
    river: run.river.name,
    workflowId: run.workflowId,
    runId: run.runId,
    retryOf: null,
    status: run.status,
    period: run.period && { start: run.period.first, end: run.period.last },
    chunks: counts.chunks,
    rows: counts.rows,
    calls: counts.calls,
    failedChunks: counts.failedChunks,
    warnings: counts.warnings,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
  };
}

/** The result of a run that was never opened: its input was refused, or it is not known yet what it pulls. */
export function resultOfUnopened(
  run: Pick<RunResult, 'river' | 'workflowId' | 'runId' | 'status' | 'startedAt' | 'finishedAt'>,
): RunResult {
  return {
    ...run,
    retryOf: null,
    period: null,
    chunks: null,
    rows: null,
    calls: null,
    failedChunks: [],
    warnings: [],
  };
}
