import type { Client } from '@temporalio/client';
import { progressAt, type RunProgress } from '#domain/run/progress';

const answerWithinMs = 5_000;

/** What a run under way says of itself; undefined where it has closed meanwhile, or no worker answers for it. */
export async function progressOf(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<RunProgress | undefined> {
  try {
    const progress = await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(workflowId, runId).query<RunProgress, []>('progress'),
    );
    return progressAt(progress, Date.now());
  } catch {
    return undefined;
  }
}
