import { setTimeout as sleep } from 'node:timers/promises';
import {
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import type { PauseAnswer } from '#domain/run/pause';
import type { riverRun } from '#workflows/index';
import type { TemporalClient } from './connect-temporal.ts';
import { endOfRun, type RunEnd } from './run-end.ts';
import { isServed } from './shared-budget.ts';

/** Without a worker nobody answers: a signal waits until one comes. */
async function leaveSignal(
  handle: WorkflowHandle<typeof riverRun>,
  what: 'pause' | 'resume',
  why: string,
): Promise<PauseAnswer> {
  await handle.signal(what);
  const effect = what === 'pause' ? 'pauses' : 'goes on';
  return {
    paused: what === 'pause',
    changed: false,
    message: `${why}: the run ${effect} as soon as one comes (\`river worker\`).`,
  };
}

/** A worker that is there answers at once; one that was killed just now holds a run for this long at most. */
const answerWithinMs = 15_000;
/** A run ends within 10 s of its cancellation, but for a commit that is under way. */
const endWithinMs = 15_000;
const askAgainMs = 250;

/** Asks a run to pause or to go on, and hands back what it answers. */
export async function steerRun(
  temporal: TemporalClient,
  workflowId: string,
  what: 'pause' | 'resume',
): Promise<PauseAnswer> {
  const handle = await runUnderWay(temporal, workflowId, what);
  if (!(await isServed(temporal.client))) return leaveSignal(handle, what, 'No worker is there yet');
  try {
    return await temporal.client.withDeadline(Date.now() + answerWithinMs, () =>
      handle.executeUpdate<PauseAnswer, []>(what),
    );
  } catch (error) {
    // It has closed since.
    if (error instanceof WorkflowNotFoundError) await runUnderWay(temporal, workflowId, what);
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    return leaveSignal(handle, what, `No worker has answered within ${answerWithinMs / 1000} s`);
  }
}

/** Asks a run to end and waits for that; undefined where it takes longer, as a commit that is under way may. */
export async function cancelRun(temporal: TemporalClient, workflowId: string): Promise<RunEnd | undefined> {
  const handle = await runUnderWay(temporal, workflowId, 'cancel');
  await handle.cancel();
  // Asked again and again: a busy server answers whoever waits for the end only when that poll is over.
  for (const until = performance.now() + endWithinMs; performance.now() < until; await sleep(askAgainMs)) {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return endOfRun(handle);
  }
  return undefined;
}

/** The run, where it can still be told something. */
async function runUnderWay(
  { client }: TemporalClient,
  workflowId: string,
  what: string,
): Promise<WorkflowHandle<typeof riverRun>> {
  const handle = client.workflow.getHandle<typeof riverRun>(workflowId);
  const described = await handle.describe().catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new ConfigurationError(
      `There is no run ${workflowId} in Temporal: there is nothing to ${what}. \`river status\` lists the newest.`,
    );
  });
  if (described.type !== 'riverRun')
    throw new ConfigurationError(
      `${workflowId} is no run of a river but a workflow of the type ${described.type}: River does not ${what} it.`,
    );
  if (described.status.name !== 'RUNNING')
    throw new ConfigurationError(
      `The run ${workflowId} is not under way, it is ${described.status.name.toLowerCase()}: there is nothing to ${what}. \`river status ${workflowId}\` shows how it ended.`,
    );
  return handle;
}
