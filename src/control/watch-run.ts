import { setTimeout as sleep } from 'node:timers/promises';
import { TemporalUnavailableError } from '../domain/errors.ts';
import { progressAt, type RunProgress } from '../domain/run/progress.ts';
import { endOfRun, type RunEnd } from './run-end.ts';
import { firstTaskTaken, type RunHandle } from './start-run.ts';

const pollEveryMs = 500;
/** A worker that is there takes a task at once. */
const takenWithinMs = 10_000;

/** Waits for a run to close and tells its progress meanwhile. Ends with TemporalUnavailableError where no worker takes it. */
export async function watchRun(
  handle: RunHandle,
  onProgress: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<RunEnd> {
  const watching = new AbortController();
  const until = AbortSignal.any([signal, watching.signal]);
  // What still waits for an answer when the watch is over is called off: it would try again on a closed connection.
  const watch = handle.client.connection.withAbortSignal(until, async () => [
    endOfRun(handle),
    refuseUntaken(handle, until),
    tellProgress(handle, onProgress, until),
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
  handle: RunHandle,
  onProgress: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await sleep(pollEveryMs, undefined, { signal });
    // A query needs a worker; while none answers there is nothing to show, and the run itself is not concerned.
    const progress = await handle.query<RunProgress, []>('progress').catch(() => undefined);
    if (progress && !signal.aborted) onProgress(progressAt(progress, Date.now()));
  }
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
