import type { BudgetWindow } from '#domain/budget/window';

/** An API that counts every call on arrival, the refused ones too, and refuses what is one too many in (t − per, t]. */
export interface ExactServer {
  /** Whether the call is within every window. */
  arrive(at: number): boolean;
  /** The most calls that ever came within a window's length, as a part of its limit; the fullest window. */
  readonly fullest: number;
}

export function createExactServer(windows: readonly BudgetWindow[]): ExactServer {
  let arrivals: number[] = [];
  const counters = windows.map(createCounter);
  let fullest = 0;
  return {
    arrive(at) {
      arrivals.push(at);
      let isWithin = true;
      for (const counter of counters) {
        const inside = counter.inside(arrivals, at);
        fullest = Math.max(fullest, inside / counter.calls);
        if (inside > counter.calls) isWithin = false;
      }
      const forgotten = Math.min(...counters.map(({ oldest }) => oldest));
      if (forgotten > 50_000) {
        arrivals = arrivals.slice(forgotten);
        for (const counter of counters) counter.oldest -= forgotten;
      }
      return isWithin;
    },
    get fullest() {
      return fullest;
    },
  };
}

function createCounter({ calls, perMs }: BudgetWindow) {
  return {
    calls,
    /** The first arrival that is inside still. */
    oldest: 0,
    inside(arrivals: readonly number[], at: number): number {
      while ((arrivals[this.oldest] ?? at) <= at - perMs) this.oldest += 1;
      return arrivals.length - this.oldest;
    },
  };
}
