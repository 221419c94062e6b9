interface Waiter<T> {
  readonly serve: (value: T) => void;
  readonly sendAway: (reason: unknown) => void;
}

/** Those who wait for a T, in the order they came. */
export class WaitingLine<T> {
  readonly #waiters = new Set<Waiter<T>>();

  get length(): number {
    return this.#waiters.size;
  }

  /** Joins at the end. When the signal is aborted they leave the line with its reason, and `onLeave` is called. */
  join(signal: AbortSignal, onLeave: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
        onLeave();
      };
      const waiter: Waiter<T> = {
        serve: (value) => {
          signal.removeEventListener('abort', leave);
          resolve(value);
        },
        sendAway: (reason) => {
          signal.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Whoever has waited longest gets the value. */
  serveFirst(value: T): void {
    const [first] = this.#waiters;
    if (first === undefined) throw new RangeError('nobody waits');
    this.#waiters.delete(first);
    first.serve(value);
  }

  /** Whoever has a reason to leave is sent away with it; the first in line has the place 0. */
  sendAway(reasonAt: (place: number) => Error | undefined): void {
    for (const [place, waiter] of [...this.#waiters].entries()) {
      const reason = reasonAt(place);
      if (reason === undefined) continue;
      this.#waiters.delete(waiter);
      waiter.sendAway(reason);
    }
  }
}
