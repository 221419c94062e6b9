import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { EndOfRun } from '#domain/run/stored-run';

/** A row of the manifest may be locked meanwhile. */
const answerWithinMs = 5_000;

const ends: Readonly<Record<string, EndOfRun['status']>> = {
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
};

/**
 * How a run has ended, through all its continuations, by Temporal's word; undefined while it is under way. One that
 * Temporal does not know any more, or whose workflow id another run has now, has ended as well.
 */
export async function endInTemporal(
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
