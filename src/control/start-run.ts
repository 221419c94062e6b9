import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { ConfigurationError, TemporalUnavailableError } from '#domain/errors';
import { taskQueue } from '#domain/run/temporal-names';
import { quoteForShell, statusCommand } from '#domain/verify/repair-command';
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
        `A run with the workflow id ${id} is under way. Choose another id with --id, or look at that run with \`${statusCommand(id)}\`.`,
      );
    }
    throw error;
  }
}

/** A run that was started before, by anyone. */
export function getRun(
  { client }: TemporalClient,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): RunHandle {
  const handle = client.workflow.getHandle<typeof riverRun>(workflowId, undefined, {
    firstExecutionRunId: runId,
  });
  return Object.assign(handle, { firstExecutionRunId: runId });
}

/** Readable, sortable by time, and unique: `customers-by-action-20260131T100000Z-3f9c`. */
function newWorkflowId(river: string): string {
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `${river}-${at}-${randomBytes(2).toString('hex')}`;
}

const lookEveryMs = 100;
/** A running worker takes a task at once. */
const takenWithinMs = 10_000;

/** Waits until a worker has taken the run's first task. Throws TemporalUnavailableError where none has within 10 s. */
export async function awaitFirstTask(handle: RunHandle, signal: AbortSignal): Promise<void> {
  const until = performance.now() + takenWithinMs;
  while (!(await isFirstTaskTaken(handle))) {
    if (performance.now() > until) throw untaken(handle);
    await sleep(lookEveryMs, undefined, { signal });
  }
}

const untaken = ({ workflowId }: RunHandle): TemporalUnavailableError =>
  new TemporalUnavailableError(
    `No worker has taken the run ${workflowId} within ${takenWithinMs / 1000} s: none is running. It begins when one is started (\`river worker\`). ` +
      `To do without one, end it (\`river cancel ${quoteForShell(workflowId)}\`) and start it so that this command works it: river run … --local`,
  );

/**
 * Whether a worker has taken the run's first workflow task. The list of pollers cannot tell: it still shows
 * workers that died minutes ago.
 */
async function isFirstTaskTaken(handle: RunHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).some(
    ({ workflowTaskStartedEventAttributes }) => workflowTaskStartedEventAttributes != null,
  );
}
