import type { RunAsks } from '#domain/budget/reservation';

interface Waiter<T> {
  readonly run: string;
  readonly serve: (value: T) => void;
  readonly sendAway: (reason: unknown) => void;
}

/** Those who wait for a T, each for a run, in the order they came. */
export interface RunLine<T> {
  readonly length: number;
  /**
   * Joins at the end, or, who goes on with what was begun (the next page of a call), before all who begin.
   * When the signal is aborted they leave the line with its reason.
   */
  join(signal: AbortSignal, run: string, goesOn?: boolean): Promise<T>;
  /** Whoever is first of that run gets the value, else whoever is first at all; false where nobody waits. */
  serve(run: string, value: T): boolean;
  /** Whoever has a reason to leave is sent away with it; the first in line of its run has the place 0. */
  sendAway(reasonAt: (run: string, place: number) => Error | undefined): void;
  /** How many wait for each run, those that have waited longest first. */
  asks(): RunAsks[];
}

export function createRunLine<T>(): RunLine<T> {
  const going = new Set<Waiter<T>>();
  const beginning = new Set<Waiter<T>>();
  const inLine = () => [...going, ...beginning];
  return {
    get length() {
      return going.size + beginning.size;
    },
    join: (signal, run, goesOn = false) =>
      new Promise((resolve, reject) => {
        const waiters = goesOn ? going : beginning;
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
      const waiters = inLine();
      const chosen = waiters.find((waiter) => waiter.run === run) ?? waiters[0];
      chosen?.serve(value);
      return chosen !== undefined;
    },
    sendAway(reasonAt) {
      const places = new Map<string, number>();
      for (const waiter of inLine()) {
        const place = places.get(waiter.run) ?? 0;
        places.set(waiter.run, place + 1);
        const reason = reasonAt(waiter.run, place);
        if (reason) waiter.sendAway(reason);
      }
    },
    asks() {
      const calls = new Map<string, number>();
      for (const { run } of inLine()) calls.set(run, (calls.get(run) ?? 0) + 1);
      return [...calls].map(([run, waiting]) => ({ run, calls: waiting }));
    },
  };
}
