import type { Client } from '@temporalio/client';
import type { RunProgress } from '../domain/run/progress.ts';

const answerWithinMs = 5_000;

/** What a run under way says of itself; undefined where it has closed meanwhile, or no worker answers for it. */
export async function progressOf(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<RunProgress | undefined> {
  try {
    return await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(workflowId, runId).query<RunProgress, []>('progress'),
    );
  } catch {
    return undefined;
  }
}
