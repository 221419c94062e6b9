import { Context, cancellationSignal, heartbeat } from '@temporalio/activity';

/** How often an activity says that it lives; cancellation comes back on a heartbeat. */
const heartbeatEveryMs = 2_000;
/** What a call in flight gets after a stop before it is cut: a run must end within 10 s of a cancellation. */
const graceMs = 6_000;

export interface StopSignals {
  /** Begin nothing new. */
  readonly stop: AbortSignal;
  /** Cut what is in flight. */
  readonly abort: AbortSignal;
}

/**
 * Beats for the activity while `work` goes on and hands it the two signals that serve pause, cancel,
 * continue-as-new and a worker that drains: the call in flight ends, nothing new begins.
 */
export async function untilStopped<T>(work: (signals: StopSignals) => Promise<T>): Promise<T> {
  const stop = cancellationSignal();
  const abort = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  const startGrace = () => {
    grace = setTimeout(() => abort.abort(stop.reason), graceMs);
  };
  if (stop.aborted) startGrace();
  else stop.addEventListener('abort', startGrace, { once: true });
  const beat = setInterval(() => heartbeat(), heartbeatEveryMs);
  heartbeat();
  try {
    return await work({ stop, abort: abort.signal });
  } finally {
    clearInterval(beat);
    clearTimeout(grace);
    stop.removeEventListener('abort', startGrace);
  }
}

/**
 * Whether the workflow itself asked for the stop. Otherwise (the worker drains, the attempt timed out) the
 * attempt has to fail, so that another worker takes it up.
 */
export function stoppedByWorkflow(): boolean {
  return Context.current().cancellationDetails?.cancelRequested === true;
}
