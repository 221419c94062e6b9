import { randomBytes } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import { taskQueue } from '#domain/run/temporal-names';
import type { riverRun } from '#workflows/index';
import type { TemporalClient } from './connect-temporal.ts';

export interface StartRun {
  /** The river's name, for ids and summaries. */
  readonly river: string;
  /** The workflow's input. */
  readonly input: object;
  /** If left out, made from the river's name and the time. */
  readonly workflowId?: string | undefined;
}

/** A run under way; `firstExecutionRunId` is its id. */
export type RunHandle = WorkflowHandle<typeof riverRun> & { readonly firstExecutionRunId: string };

/** Starts a run. It waits in the task queue until a worker takes it (`isFirstTaskTaken`). */
export async function startRun(
  { client }: TemporalClient,
  { river, input, workflowId }: StartRun,
): Promise<RunHandle> {
  const id = workflowId ?? newWorkflowId(river);
  try {
    return await client.workflow.start<typeof riverRun>('riverRun', {
      taskQueue,
      workflowId: id,
      args: [input],
      staticSummary: `River ${river}`,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      throw new ConfigurationError(
        `A run with the workflow id ${id} is under way. Choose another id with --id, or look at that run with \`river status ${id}\`.`,
      );
    }
    throw error;
  }
}

/** Readable, sortable by time, and unique: `customers-by-action-20260131T100000Z-3f9c`. */
function newWorkflowId(river: string): string {
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `${river}-${at}-${randomBytes(2).toString('hex')}`;
}

/**
 * Whether a worker has taken the run's first workflow task. The list of pollers cannot tell: it still shows
 * workers that died minutes ago.
 */
export async function isFirstTaskTaken(handle: RunHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).some(
    ({ workflowTaskStartedEventAttributes }) => workflowTaskStartedEventAttributes != null,
  );
}
