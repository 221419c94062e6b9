import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { TemporalClient } from './connect-temporal.ts';
import { type RunEnd, waitForEnd } from './run-end.ts';
import { describeRun, type Execution, type RunView, viewRun } from './run-in-temporal.ts';
import { awaitFirstTask, type RunHandle } from './start-run.ts';

const pollEveryMs = 500;
/** How often Temporal is asked for what the run itself does not tell. */
const describeEveryMs = 3_000;

/** Waits until a run has closed, and reports its state meanwhile. Throws TemporalUnavailableError where no worker takes it. */
export async function watchRun(
  { client }: TemporalClient,
  handle: RunHandle,
  onView: (view: RunView) => void,
  signal: AbortSignal,
): Promise<RunEnd> {
  const watching = new AbortController();
  const until = AbortSignal.any([signal, watching.signal]);
  // Requests that are open when the watch ends are aborted: the client would retry them on a closed connection.
  const watch = handle.client.connection.withAbortSignal(until, async () => [
    waitForEnd(handle),
    failWhereUntaken(handle, until),
    reportProgress(client, handle, onView, until),
  ]);
  try {
    return await Promise.race(await watch);
  } finally {
    watching.abort();
    await Promise.allSettled(await watch);
  }
}

async function failWhereUntaken(handle: RunHandle, signal: AbortSignal): Promise<never> {
  await awaitFirstTask(handle, signal);
  return never(signal);
}

async function reportProgress(
  client: Client,
  { workflowId }: RunHandle,
  onView: (view: RunView) => void,
  signal: AbortSignal,
): Promise<never> {
  let described: { readonly execution: Execution; readonly at: number } | undefined;
  for (;;) {
    await sleep(pollEveryMs, undefined, { signal });
    // A failed look does no harm: the next one follows soon, and the run does not depend on it.
    const view = await (async () => {
      if (!described || performance.now() - described.at > describeEveryMs) {
        const execution = await describeRun(client, workflowId);
        described = execution && { execution, at: performance.now() };
      }
      return described && viewRun(client, described.execution);
    })().catch(() => undefined);
    // How it has ended is reported from its result.
    if (view && view.progress?.state !== 'ended' && !signal.aborted) onView(view);
  }
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
