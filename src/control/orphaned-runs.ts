import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { EndOfRun, OrphanedRun } from '#domain/run/stored-run';
import { withTemporalIfThere } from './connect-temporal.ts';

/** The caller may hold a lock on a row of the manifest meanwhile. */
const answerWithinMs = 5_000;

const ends: Readonly<Record<string, EndOfRun['status']>> = {
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
};

/**
 * How a run has ended, through all its executions, as Temporal says; undefined while it is under way. A run that Temporal
 * no longer knows, or whose workflow id now belongs to another run, counts as terminated.
 */
export async function findRunEnd(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<EndOfRun | undefined> {
  const terminated = { status: 'terminated', at: new Date().toISOString() } as const;
  try {
    const { status, raw, closeTime } = await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    // The newest execution of the id.
    if (raw.workflowExecutionInfo?.firstRunId !== runId) return terminated;
    if (status.name === 'RUNNING') return undefined;
    return { status: ends[status.name] ?? terminated.status, at: closeTime?.toISOString() ?? terminated.at };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return terminated;
    throw error;
  }
}

/**
 * Which of the runs that a manifest calls open have ended, as Temporal says: a run that was terminated could not close itself there.
 * Where the question fails for one run, that run counts as open. Undefined where Temporal cannot be reached.
 */
export async function findEndedRuns(
  open: readonly Pick<OrphanedRun, 'runId' | 'workflowId'>[],
): Promise<ReadonlySet<string> | undefined> {
  if (open.length === 0) return new Set();
  return withTemporalIfThere(async (temporal) => {
    if (!temporal) return undefined;
    const ended = await Promise.all(
      open.map(async (run) => {
        const end = await findRunEnd(temporal.client, run).catch(() => undefined);
        return end ? [run.runId] : [];
      }),
    );
    return new Set(ended.flat());
  });
}
