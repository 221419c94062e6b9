import { Context, heartbeat } from '@temporalio/activity';
import type { WindowUse } from '#domain/budget/window';
import type { Beat, TableLock } from '#domain/run/progress';
import type { ActivityPorts } from './ports.ts';

/** How often an activity says that it lives; cancellation comes back on a heartbeat. */
const heartbeatEveryMs = 2_000;
/** A call that has not been answered for so long is told of: its run's workflow hears of it only when it ends. */
const waitsLongMs = 8_000;
/** What a call in flight gets before it is cut, where it may not end by itself: a run must end within 10 s of a cancellation. */
const graceMs = 6_000;
/** How often a call that may end by itself is looked at again: its run may have been cancelled since. */
const lookEveryMs = 1_000;

/** The same of one that is waited for: well within the 10 s in which a cancelled run ends. */
const lookForCancellationEveryMs = 3_000;

export interface StopSignals {
  /** Begin nothing new. */
  readonly stop: AbortSignal;
  /** Cut what is in flight. */
  readonly abort: AbortSignal;
  /** A request has gone out; what it gives says that it is not waited for any more. */
  readonly onSent: () => () => void;
  /** What a commit waits for from now on; undefined: for nobody. */
  readonly onLocked: (lock: TableLock | undefined) => void;
  /** Where the windows of its budget are read. */
  readonly onBudget: (windows: () => readonly WindowUse[]) => void;
}

/**
 * Beats for the activity while `work` goes on and hands it the signals that serve pause, cancel,
 * continue-as-new and a worker that drains: the call in flight ends, nothing new begins. Where the run goes on
 * later, that call may take as long as it takes; it is cut where the run was cancelled or this worker drains.
 */
export async function untilStopped<T>(
  { runs, draining }: Pick<ActivityPorts, 'runs' | 'draining'>,
  work: (signals: StopSignals) => Promise<T>,
): Promise<T> {
  // Taken here: timers and listeners run outside of the activity's context.
  const context = Context.current();
  const stop = context.cancellationSignal;
  const abort = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const later = (what: () => void, ms: number) => timers.add(setTimeout(what, ms));
  let ended = false;
  const cut = () => abort.abort(stop.reason);
  const look = async () => {
    if (!isStoppedByWorkflow(context) || (await isCancelled(runs, context))) cut();
    else if (!ended) later(look, lookEveryMs);
  };
  const onStop = () => later(look, graceMs);
  const onDrain = () => later(cut, graceMs);
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  draining.addEventListener('abort', onDrain, { once: true });
  const calls = new Set<{ readonly sentAt: number }>();
  const onSent = () => {
    const call = { sentAt: Date.now() };
    calls.add(call);
    return () => calls.delete(call);
  };
  let lock: TableLock | undefined;
  const onLocked = (found: TableLock | undefined) => {
    lock = found;
  };
  let windows: (() => readonly WindowUse[]) | undefined;
  const onBudget = (read: typeof windows) => {
    windows = read;
  };
  const toBeat = (): Beat => ({
    ...toldOf(calls),
    ...(lock && { lock }),
    ...(windows && { windows: windows() }),
  });
  const beat = setInterval(() => heartbeat(toBeat()), heartbeatEveryMs);
  try {
    return await work({ stop, abort: abort.signal, onSent, onLocked, onBudget });
  } finally {
    ended = true;
    clearInterval(beat);
    for (const timer of timers) clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
    draining.removeEventListener('abort', onDrain);
  }
}

function toldOf(calls: ReadonlySet<{ readonly sentAt: number }>): Beat {
  const [oldest] = calls;
  if (!oldest || Date.now() - oldest.sentAt < waitsLongMs) return {};
  return { unansweredSince: new Date(oldest.sentAt).toISOString() };
}

/**
 * Does `work` with a signal that is aborted soon after the run was cancelled. For an activity that its workflow waits for in any
 * case, and that may have to wait for others itself.
 */
export async function untilCancelled<T>(
  { runs }: Pick<ActivityPorts, 'runs'>,
  reason: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const cancelled = new AbortController();
  const look = async () => {
    if (await isCancelled(runs, context)) cancelled.abort(reason());
  };
  const looking = setInterval(() => void look(), lookForCancellationEveryMs);
  try {
    return await work(cancelled.signal);
  } finally {
    clearInterval(looking);
  }
}

/** Where Temporal is away for a moment, the next look says it. */
async function isCancelled(runs: ActivityPorts['runs'], { info }: Context): Promise<boolean> {
  const { workflowExecution } = info;
  return workflowExecution ? runs.isCancelled(workflowExecution).catch(() => false) : true;
}

/**
 * Whether the workflow itself asked for the stop. Otherwise (the worker drains, the attempt timed out) the
 * attempt has to fail, so that another worker takes it up.
 */
export const stoppedByWorkflow = (): boolean => isStoppedByWorkflow(Context.current());

const isStoppedByWorkflow = ({ cancellationDetails }: Context): boolean =>
  cancellationDetails?.cancelRequested === true;

/**
 * The same activities, but each says that it lives while it works: one whose worker was killed is then missed within
 * its heartbeat timeout, and not only when its whole time has passed.
 */
export function withHeartbeat<A extends object>(
  ports: Pick<ActivityPorts, 'runs' | 'draining'>,
  activities: A,
): A {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (...args: unknown[]) => untilStopped(ports, async () => activity(...args)),
  ]);
  return Object.fromEntries(wrapped) as A;
}
