import { WorkflowNotFoundError } from '@temporalio/client';
import { ConfigurationError, WarehouseUnavailableError } from '../domain/errors.ts';
import { pausedMemo } from '../domain/run/pause.ts';
import type { RunNow } from '../domain/run/progress.ts';
import { resultOfUnopened } from '../domain/run/result-of.ts';
import type { ChunkStatus, RunResult, RunStatus } from '../domain/run/run-result.ts';
import type { riverRun } from '../workflows/index.ts';
import type { BookedRun, Books, Missing } from './books.ts';
import type { TemporalClient } from './connect-temporal.ts';
import { progressOf } from './progress-of.ts';
import { endOfRun } from './run-end.ts';

/** A run's result, chunk by chunk. */
export type RunReport = RunResult & {
  readonly chunkStates: readonly ChunkStatus[];
  /** Whether the run is under way and was asked to pause. */
  readonly paused: boolean;
  /** What it does and waits for, where it is under way and a worker answers for it; else null. */
  readonly progress: RunNow | null;
  /** Why a run has failed that was never opened, such as one whose input was refused; else null. */
  readonly error: string | null;
};

const statusOfTemporal: Readonly<Record<string, RunStatus>> = {
  RUNNING: 'running',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
};

/**
 * One run, chunk by chunk. The manifest says what was loaded, Temporal (where it is there) whether the run still goes on:
 * a run that was terminated had no chance to write that down.
 */
export async function runStatus(
  temporal: TemporalClient | undefined,
  books: Books,
  workflowId: string,
): Promise<RunReport> {
  const [known, execution] = await Promise.all([
    books.find(workflowId),
    temporal && executionOf(temporal, workflowId),
  ]);
  if (known) {
    const own = execution?.firstRunId === known.result.runId ? execution : undefined;
    const progress = temporal && own?.status === 'running' ? await runNow(temporal, workflowId) : null;
    return { ...reportOf(known, own), progress };
  }
  const [missing] = books.missing;
  if (!execution && missing) throw notFoundYet(workflowId, missing);
  if (!temporal || !execution)
    throw new ConfigurationError(
      `There is no run ${workflowId}, in Temporal or in any manifest. \`river status\` lists the newest.`,
    );
  return unopenedRun(temporal, workflowId, execution);
}

/** It may well be there: who asks again later is told. */
const notFoundYet = (workflowId: string, { warehouse, why }: Missing): WarehouseUnavailableError =>
  new WarehouseUnavailableError(
    `There is no run ${workflowId} where River can look, but the warehouse ${warehouse} is missing, which may have it. ${why.message}`,
    { cause: why },
  );

async function runNow({ client }: TemporalClient, workflowId: string): Promise<RunNow | null> {
  const progress = await progressOf(client, workflowId);
  if (!progress) return null;
  const { state, waitingUntil, waitingForDataUntil, expectedEnd, windows } = progress;
  return { state, waitingUntil, ...(waitingForDataUntil && { waitingForDataUntil }), expectedEnd, windows };
}

/** The newest runs of all rivers. */
export async function listRuns(
  temporal: TemporalClient | undefined,
  books: Books,
  limit: number,
): Promise<RunReport[]> {
  const runs = await books.list(limit);
  return Promise.all(
    runs.map(async (run) => {
      const { status, workflowId, runId } = run.result;
      if (status !== 'running' || !temporal) return reportOf(run, undefined);
      const execution = await executionOf(temporal, workflowId);
      return reportOf(
        run,
        execution?.firstRunId === runId ? execution : { status: 'terminated', paused: false },
      );
    }),
  );
}

const reportOf = (
  { result, chunkStates }: BookedRun,
  known: Pick<Execution, 'status' | 'paused'> | undefined,
): RunReport => ({
  ...settled(result, known?.status),
  chunkStates,
  paused: known?.paused ?? false,
  progress: null,
  error: null,
});

/** A run that no manifest knows: not opened yet, or never. Its failure says why. */
async function unopenedRun(
  { client }: TemporalClient,
  workflowId: string,
  { river, firstRunId: runId, status, paused, startedAt, finishedAt }: Execution,
): Promise<RunReport> {
  const known = { river, workflowId, runId, status, startedAt, finishedAt };
  const unopened = { ...resultOfUnopened(known), chunkStates: [], paused, progress: null, error: null };
  if (status !== 'failed') return unopened;
  const end = await endOfRun(client.workflow.getHandle<typeof riverRun>(workflowId));
  if (end.end !== 'failed') return unopened;
  return { ...unopened, ...end.result, error: `${end.kind}: ${end.message}` };
}

/** The manifest's word holds, but for a run that it believes to be under way and Temporal knows to have ended. */
const settled = (result: RunResult, status: RunStatus | undefined): RunResult =>
  result.status === 'running' && status !== undefined ? { ...result, status } : result;

interface Execution {
  readonly status: RunStatus;
  readonly paused: boolean;
  readonly firstRunId: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly river: string;
}

async function executionOf({ client }: TemporalClient, workflowId: string): Promise<Execution | undefined> {
  try {
    const { status, raw, startTime, closeTime, staticSummary, memo } = await client.workflow
      .getHandle(workflowId)
      .describe();
    return {
      status: statusOfTemporal[status.name] ?? 'running',
      paused: status.name === 'RUNNING' && memo?.[pausedMemo] === true,
      firstRunId: raw.workflowExecutionInfo?.firstRunId ?? '',
      startedAt: startTime.toISOString(),
      finishedAt: closeTime?.toISOString() ?? null,
      river: (await staticSummary?.())?.replace(/^River /, '') ?? '',
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
