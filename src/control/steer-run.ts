import { setTimeout as sleep } from 'node:timers/promises';
import {
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import type { PauseAnswer } from '#domain/run/paused-intervals';
import { statusCommand } from '#domain/verify/repair-command';
import type { riverRun } from '#workflows/index';
import type { TemporalClient } from './connect-temporal.ts';
import { type RunEnd, waitForEnd } from './run-end.ts';
import { guessRun, listNewestInTemporal } from './run-status.ts';
import { isServed } from './shared-budget.ts';

/** Without a worker no update is answered; a signal waits in the history until a worker comes. */
async function sendSignal(
  handle: WorkflowHandle<typeof riverRun>,
  what: 'pause' | 'resume',
  why: string,
): Promise<PauseAnswer> {
  await handle.signal(what);
  const effect = what === 'pause' ? 'pauses' : 'goes on';
  return {
    paused: what === 'pause',
    changed: false,
    message: `${why}: the run ${effect} as soon as one starts (\`river worker\`).`,
  };
}

/** A running worker answers at once; one that was just killed blocks a run for at most this long. */
const answerWithinMs = 15_000;
/** A run ends within 10 s of its cancellation, unless a commit is under way. */
const endWithinMs = 15_000;
const askAgainMs = 250;
/** Among so many of the newest runs a mistyped workflow id is looked for. */
const searched = 50;

/** Asks a run to pause or to resume, and returns its answer. */
export async function steerRun(
  temporal: TemporalClient,
  workflowId: string,
  what: 'pause' | 'resume',
): Promise<PauseAnswer> {
  const handle = await findOpenRun(temporal, workflowId, what);
  if (!(await isServed(temporal.client))) return sendSignal(handle, what, 'No worker is running');
  try {
    return await temporal.client.withDeadline(Date.now() + answerWithinMs, () =>
      handle.executeUpdate<PauseAnswer, []>(what),
    );
  } catch (error) {
    // The run has closed in the meantime: say so.
    if (error instanceof WorkflowNotFoundError) await findOpenRun(temporal, workflowId, what);
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    return sendSignal(handle, what, `No worker has answered within ${answerWithinMs / 1000} s`);
  }
}

/** Cancels a run and waits for its end; undefined where that takes longer, such as for a commit that is under way. */
export async function cancelRun(temporal: TemporalClient, workflowId: string): Promise<RunEnd | undefined> {
  const handle = await findOpenRun(temporal, workflowId, 'cancel');
  await handle.cancel();
  // Polled, not awaited with `result()`: a busy server answers that long poll only after its own timeout.
  for (const until = performance.now() + endWithinMs; performance.now() < until; await sleep(askAgainMs)) {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return waitForEnd(handle);
  }
  return undefined;
}

/** The run's handle, if the run is under way. */
async function findOpenRun(
  temporal: TemporalClient,
  workflowId: string,
  what: string,
): Promise<WorkflowHandle<typeof riverRun>> {
  const handle = temporal.client.workflow.getHandle<typeof riverRun>(workflowId);
  const described = await handle.describe().catch(async (error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const known = (await listNewestInTemporal(temporal, searched)).map((run) => run.workflowId);
    throw new ConfigurationError(
      `There is no run ${workflowId} in Temporal: there is nothing to ${what}.${guessRun(workflowId, known)} \`river status\` lists the newest.`,
    );
  });
  if (described.type !== 'riverRun')
    throw new ConfigurationError(
      `${workflowId} is not a run of a river but a workflow of the type ${described.type}: River does not ${what} it.`,
    );
  if (described.status.name !== 'RUNNING')
    throw new ConfigurationError(
      `The run ${workflowId} is not under way, it is ${described.status.name.toLowerCase()}: there is nothing to ${what}. \`${statusCommand(workflowId)}\` shows how it ended.`,
    );
  return handle;
}
