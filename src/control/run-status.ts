import { WorkflowNotFoundError } from '@temporalio/client';
import { ConfigurationError } from '../domain/errors.ts';
import { resultOfUnopened } from '../domain/run/result-of.ts';
import type { ChunkStatus, RunResult, RunStatus } from '../domain/run/run-result.ts';
import type { Books } from './books.ts';
import type { TemporalClient } from './connect-temporal.ts';

export type RunReport = RunResult & { readonly chunkStates: readonly ChunkStatus[] };

const statusOfTemporal: Readonly<Record<string, RunStatus>> = {
  RUNNING: 'running',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
};

/**
 * One run, chunk by chunk. The manifest says what was loaded, Temporal whether the run still goes on: a run that
 * was terminated had no chance to write that down.
 */
export async function runStatus(
  temporal: TemporalClient,
  books: Books,
  workflowId: string,
): Promise<RunReport> {
  const [known, execution] = await Promise.all([books.find(workflowId), executionOf(temporal, workflowId)]);
  if (known) {
    const same = execution?.firstRunId === known.result.runId;
    return { ...settled(known.result, same ? execution.status : undefined), chunkStates: known.chunkStates };
  }
  if (!execution)
    throw new ConfigurationError(
      `There is no run ${workflowId}, in Temporal or in any manifest. \`river status\` lists the newest.`,
    );
  const { river, firstRunId: runId, status, startedAt, finishedAt } = execution;
  return {
    ...resultOfUnopened({ river, workflowId, runId, status, startedAt, finishedAt }),
    chunkStates: [],
  };
}

/** The newest runs of all rivers. */
export async function listRuns(temporal: TemporalClient, books: Books, limit: number): Promise<RunReport[]> {
  const runs = await books.list(limit);
  return Promise.all(
    runs.map(async (run) => {
      if (run.status !== 'running') return { ...run, chunkStates: [] };
      const execution = await executionOf(temporal, run.workflowId);
      const same = execution?.firstRunId === run.runId;
      return { ...settled(run, same ? execution.status : 'terminated'), chunkStates: [] };
    }),
  );
}

/** The manifest's word holds, but for a run that it believes to be under way and Temporal knows to have ended. */
const settled = (result: RunResult, status: RunStatus | undefined): RunResult =>
  result.status === 'running' && status !== undefined ? { ...result, status } : result;

async function executionOf({ client }: TemporalClient, workflowId: string) {
  try {
    const { status, raw, startTime, closeTime, staticSummary } = await client.workflow
      .getHandle(workflowId)
      .describe();
    return {
      status: statusOfTemporal[status.name] ?? 'running',
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
