/** The calls of a process that wait for a permit, and the rejection of those that would wait too long. */
import type { Granted, WaitingCalls } from '#domain/budget/reservation';
import { BudgetSpentError } from '#domain/errors';
import type { WaitOn } from '#domain/run/waits';

/** Waiting calls, each of a run, in the order in which they joined; each is served with a T. */
export interface WaitQueue<T> {
  readonly length: number;
  /**
   * Joins at the end; a call that goes on with what was begun (the next page of a call) joins before all that have not begun.
   * When the signal is aborted, the call leaves the queue with the signal's reason.
   */
  join(signal: AbortSignal, run: string, goesOn?: boolean): Promise<T>;
  /** Serves the first call of that run, or else the first call of all; false where no call waits. */
  serve(run: string, value: T): boolean;
  /** Rejects each call for which there is a reason. Places are counted in each run: its first call has place 0. */
  reject(reasonAt: (run: string, place: number) => Error | undefined): void;
  /** How many calls wait for each run; the run whose call has waited longest stands first. */
  countByRun(): WaitingCalls[];
}

interface WaitingCall<T> {
  readonly run: string;
  readonly serve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

export function createWaitQueue<T>(): WaitQueue<T> {
  const goingOn = new Set<WaitingCall<T>>();
  const beginning = new Set<WaitingCall<T>>();
  const inOrder = () => [...goingOn, ...beginning];
  return {
    get length() {
      return goingOn.size + beginning.size;
    },
    join: (signal, run, goesOn = false) =>
      new Promise((resolve, reject) => {
        const calls = goesOn ? goingOn : beginning;
        const onAbort = () => {
          calls.delete(call);
          reject(signal.reason);
        };
        const leaveWith =
          <V>(settle: (value: V) => void) =>
          (value: V) => {
            signal.removeEventListener('abort', onAbort);
            calls.delete(call);
            settle(value);
          };
        const call: WaitingCall<T> = { run, serve: leaveWith(resolve), reject: leaveWith(reject) };
        signal.addEventListener('abort', onAbort, { once: true });
        calls.add(call);
      }),
    serve(run, value) {
      const calls = inOrder();
      const next = calls.find((call) => call.run === run) ?? calls[0];
      next?.serve(value);
      return next !== undefined;
    },
    reject(reasonAt) {
      const places = new Map<string, number>();
      for (const call of inOrder()) {
        const place = places.get(call.run) ?? 0;
        places.set(call.run, place + 1);
        const reason = reasonAt(call.run, place);
        if (reason) call.reject(reason);
      }
    },
    countByRun() {
      const counts = new Map<string, number>();
      for (const { run } of inOrder()) counts.set(run, (counts.get(run) ?? 0) + 1);
      return [...counts].map(([run, calls]) => ({ run, calls }));
    },
  };
}

/**
 * Once the budget has answered: which calls must wait for longer than `maxWaitMs`, by their place in the queue of their run.
 * `countPermits` is how many scheduled permits a run has.
 */
export function findLateCalls(
  { permits, nextInMs, heldBy }: Pick<Granted, 'permits' | 'nextInMs' | 'heldBy'>,
  asks: readonly WaitingCalls[],
  { maxWaitMs, countPermits }: { readonly maxWaitMs: number; readonly countPermits: (run: string) => number },
): (run: string, place: number) => BudgetSpentError | undefined {
  const next = new Map(nextInMs.map(({ run, inMs }) => [run, inMs]));
  const farthestMs = Math.max(0, ...nextInMs.flatMap(({ inMs }) => inMs));
  const unmet = new Map(asks.map(({ run, calls }) => [run, calls]));
  for (const { run } of permits) unmet.set(run, (unmet.get(run) ?? 0) - 1);
  return (run, place) => {
    const behind = place - countPermits(run);
    // A call that has a permit stays; so does one that came after the request, for a small run may be served at once.
    if (behind < 0 || behind >= (unmet.get(run) ?? 0)) return undefined;
    const waitMs = next.get(run)?.[behind] ?? farthestMs;
    return waitMs > maxWaitMs ? toBudgetSpentError(waitMs, heldBy) : undefined;
  };
}

/** What delays the next call; `silence` where the budget itself does not answer, `signIn` where there is no token. */
export type HeldBy = Granted['heldBy'] | 'silence' | 'signIn';

/** In an outage the run looks up since when it lasts. */
const waits: Readonly<Record<NonNullable<HeldBy> | 'windows', WaitOn>> = {
  outage: { on: 'quota' },
  throttle: { on: 'throttle' },
  signIn: { on: 'sign-in' },
  silence: { on: 'budget' },
  windows: { on: 'quota' },
};

const reasons = {
  outage: 'Optimove has not answered for a while and is tried again',
  throttle: 'Optimove has answered 429 (too many requests) and is called again',
  signIn: 'Optimove has answered the sign-in with 429 (too many requests), and it is sent again',
  silence: 'The call budget does not answer (no worker, or Temporal is away) and is asked again',
  windows: 'The call budget is used up; the next call may be sent',
};

/** The rejection of a call that must wait for `waitMs`. */
export function toBudgetSpentError(waitMs: number, heldBy: HeldBy): BudgetSpentError {
  const cause = heldBy ?? 'windows';
  return new BudgetSpentError(`${reasons[cause]} in ${Math.ceil(waitMs / 1000)} s.`, {
    waitMs: Math.ceil(waitMs),
    wait: waits[cause],
    facts: { waitMs, heldBy },
  });
}
