/** When a process asks its budget: as soon as one reason asks for it, one request at a time, and not more often than a budget can answer. */
export interface AskSchedule {
  /** Asks in so many milliseconds, unless that is due sooner anyway. */
  askIn(ms: number): void;
  /** The request that is not answered yet. */
  readonly underWay: Promise<void> | undefined;
  /** Nothing is asked any more. */
  cancel(): void;
}

export interface AskScheduleOptions {
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** For how long the process must not ask from now on. */
  readonly restMs: () => number;
  /** What came up while a request was under way is asked this long after it. */
  readonly againMs: number;
  /** Sends a request, and gives in how many milliseconds to send the next, if one is needed; undefined where there is nothing to ask. */
  readonly ask: () => Promise<number | null> | undefined;
}

/** Node keeps no longer timer: it would fire at once. To ask too early does no harm. */
const longestTimerMs = 2 ** 31 - 1;

export function createAskSchedule({ now, restMs, againMs, ask }: AskScheduleOptions): AskSchedule {
  let timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;
  let isCancelled = false;
  let underWay: Promise<void> | undefined;
  let isAskedMeanwhile = false;

  const askIn = (inMs: number) => {
    const ms = Math.min(Math.max(inMs, restMs()), longestTimerMs);
    const at = now() + ms;
    if (isCancelled || (timer && timer.at <= at)) return;
    clearTimeout(timer?.handle);
    const handle = setTimeout(() => {
      timer = undefined;
      askNow();
    }, ms);
    timer = { at, handle };
  };

  const askNow = () => {
    if (underWay) {
      isAskedMeanwhile = true;
      return;
    }
    const request = ask();
    if (!request) return;
    isAskedMeanwhile = false;
    underWay = request
      .then((nextMs) => {
        underWay = undefined;
        if (nextMs !== null) askIn(nextMs);
        if (isAskedMeanwhile) askIn(againMs);
      })
      .catch(throwUncaught);
  };

  return {
    askIn,
    get underWay() {
      return underWay;
    },
    cancel() {
      isCancelled = true;
      clearTimeout(timer?.handle);
    },
  };
}

/** A rejection is a mistake of ours; if it were swallowed, all calls would wait for ever. */
function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Leaves the budget time for the other processes that ask it. */
export interface AskPacing {
  /** How many milliseconds a process is to wait from now on before it asks again. */
  restMs(now: number): number;
  onAnswer(answer: { readonly processes: number; readonly sentAt: number; readonly cameAt: number }): void;
  /** The request was refused, or lost. */
  onNoAnswer(now: number): void;
}

/**
 * Temporal has ten updates of a workflow under way at most. It refuses more, and drops the task in which the ten are being
 * worked on: with more than ten processes that ask without a rest, hardly any request is answered.
 */
const [updatesAtOnce, targetAtOnce] = [10, 5];
/** The number of processes that is assumed after a request was refused. */
const manyProcesses = 2 * updatesAtOnce;
const [longestRestMs, longestRestUnansweredMs] = [3_000, 2_000];

/** `random` gives a number from 0 up to 1. */
export function createAskPacing(random: () => number = Math.random): AskPacing {
  let askingProcesses = 1;
  let restsUntil = Number.NEGATIVE_INFINITY;
  return {
    restMs: (now) => Math.max(0, restsUntil - now),
    onAnswer({ processes, sentAt, cameAt }) {
      // A budget that was terminated and begun anew knows few of them yet.
      askingProcesses = Math.max(processes, askingProcesses * 0.9);
      if (askingProcesses < updatesAtOnce) return;
      const restMs = Math.min(longestRestMs, (cameAt - sentAt) * (askingProcesses / targetAtOnce - 1));
      restsUntil = cameAt + restMs * (0.5 + random());
    },
    onNoAnswer(now) {
      askingProcesses = Math.max(askingProcesses, manyProcesses);
      restsUntil = now + longestRestUnansweredMs * random();
    },
  };
}
