import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { TemporalUnavailableError } from '#domain/errors';
import type { TemporalClient } from './connect-temporal.ts';
import { endOfRun, type RunEnd } from './run-end.ts';
import { type Execution, executionOf, type RunView, viewRun } from './run-in-temporal.ts';
import { firstTaskTaken, type RunHandle } from './start-run.ts';

const pollEveryMs = 500;
/** What Temporal knows beside what the run says is looked at as often. */
const describeEveryMs = 3_000;
/** A worker that is there takes a task at once. */
const takenWithinMs = 10_000;

/** Waits for a run to close and tells meanwhile how it stands. Ends with TemporalUnavailableError where no worker takes it. */
export async function watchRun(
  { client }: TemporalClient,
  handle: RunHandle,
  onView: (view: RunView) => void,
  signal: AbortSignal,
): Promise<RunEnd> {
  const watching = new AbortController();
  const until = AbortSignal.any([signal, watching.signal]);
  // What still waits for an answer when the watch is over is called off: it would try again on a closed connection.
  const watch = handle.client.connection.withAbortSignal(until, async () => [
    endOfRun(handle),
    refuseUntaken(handle, until),
    tellProgress(client, handle, onView, until),
  ]);
  try {
    return await Promise.race(await watch);
  } finally {
    watching.abort();
    await Promise.allSettled(await watch);
  }
}

async function refuseUntaken(handle: RunHandle, signal: AbortSignal): Promise<never> {
  await sleep(takenWithinMs, undefined, { signal });
  if (!(await firstTaskTaken(handle))) {
    throw new TemporalUnavailableError(
      `Nobody has taken the run ${handle.workflowId}: no worker polls the task queue river. It begins when one is started: \`river worker\`.`,
    );
  }
  return never(signal);
}

async function tellProgress(
  client: Client,
  { workflowId }: RunHandle,
  onView: (view: RunView) => void,
  signal: AbortSignal,
): Promise<never> {
  let described: { readonly execution: Execution; readonly at: number } | undefined;
  for (;;) {
    await sleep(pollEveryMs, undefined, { signal });
    // Where Temporal is away for a moment the next look tells; the run itself is not concerned.
    const view = await (async () => {
      if (!described || performance.now() - described.at > describeEveryMs) {
        const execution = await executionOf(client, workflowId);
        described = execution && { execution, at: performance.now() };
      }
      return described && viewRun(client, described.execution);
    })().catch(() => undefined);
    // One that has ended is told by its result.
    if (view && view.progress?.state !== 'ended' && !signal.aborted) onView(view);
  }
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
