import type { RunAsks } from '../domain/budget/reservation.ts';

interface Waiter<T> {
  readonly run: string;
  readonly serve: (value: T) => void;
  readonly sendAway: (reason: unknown) => void;
}

/** Those who wait for a T, each for a run, in the order they came. */
export interface RunLine<T> {
  readonly length: number;
  /** Joins at the end. When the signal is aborted they leave the line with its reason. */
  join(signal: AbortSignal, run: string): Promise<T>;
  /** Whoever of that run has waited longest gets the value, else whoever has waited longest at all; false where nobody waits. */
  serve(run: string, value: T): boolean;
  /** Whoever has a reason to leave is sent away with it; the first in line has the place 0. */
  sendAway(reasonAt: (place: number) => Error | undefined): void;
  /** How many wait for each run, those that have waited longest first. */
  asks(): RunAsks[];
}

export function createRunLine<T>(): RunLine<T> {
  const waiters = new Set<Waiter<T>>();
  return {
    get length() {
      return waiters.size;
    },
    join: (signal, run) =>
      new Promise((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter);
          reject(signal.reason);
        };
        const settled =
          <V>(settle: (value: V) => void) =>
          (value: V) => {
            signal.removeEventListener('abort', leave);
            waiters.delete(waiter);
            settle(value);
          };
        const waiter: Waiter<T> = { run, serve: settled(resolve), sendAway: settled(reject) };
        signal.addEventListener('abort', leave, { once: true });
        waiters.add(waiter);
      }),
    serve(run, value) {
      let chosen: Waiter<T> | undefined;
      for (const waiter of waiters) {
        chosen ??= waiter;
        if (waiter.run !== run) continue;
        chosen = waiter;
        break;
      }
      chosen?.serve(value);
      return chosen !== undefined;
    },
    sendAway(reasonAt) {
      for (const [place, waiter] of [...waiters].entries()) {
        const reason = reasonAt(place);
        if (reason) waiter.sendAway(reason);
      }
    },
    asks() {
      const calls = new Map<string, number>();
      for (const { run } of waiters) calls.set(run, (calls.get(run) ?? 0) + 1);
      return [...calls].map(([run, waiting]) => ({ run, calls: waiting }));
    },
  };
}
