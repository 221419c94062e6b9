/** At most `calls` calls in any interval of `perMs` milliseconds. */
export interface LimitWindow {
  readonly calls: number;
  readonly perMs: number;
}

/** How full a window is. `most` is the largest number of calls that arrived within its length, refused ones included. */
export interface WindowCount extends LimitWindow {
  readonly now: number;
  readonly most: number;
}

export interface RollingLimit {
  /** Counts a call that arrives at `atMs`, whatever its answer; false if it is one too many. */
  arrive(atMs: number): boolean;
  counts(atMs: number): readonly WindowCount[];
  /** Resets `most`. The calls in the windows still count. */
  resetMost(atMs: number): void;
}

/**
 * All windows hold at the same time, to the millisecond: a call exactly `perMs` after another is outside its interval. Every
 * arrival counts, also refused calls and sign-ins.
 */
export function createRollingLimit(windows: readonly LimitWindow[]): RollingLimit {
  const counters = windows.map(createCounter);
  return {
    arrive(atMs) {
      // Every window must count the call, also after another window has refused it.
      const within = counters.map((counter) => counter.arrive(atMs));
      return within.every(Boolean);
    },
    counts: (atMs) => counters.map((counter) => counter.count(atMs)),
    resetMost(atMs) {
      for (const counter of counters) counter.resetMost(atMs);
    },
  };
}

function createCounter({ calls, perMs }: LimitWindow) {
  let arrivals: number[] = [];
  let oldest = 0;
  let most = 0;

  function inside(atMs: number): number {
    while (oldest < arrivals.length && (arrivals[oldest] ?? 0) <= atMs - perMs) oldest += 1;
    if (oldest > 10_000) {
      arrivals = arrivals.slice(oldest);
      oldest = 0;
    }
    return arrivals.length - oldest;
  }

  return {
    arrive(atMs: number): boolean {
      arrivals.push(atMs);
      const now = inside(atMs);
      most = Math.max(most, now);
      return now <= calls;
    },
    count: (atMs: number): WindowCount => ({ calls, perMs, now: inside(atMs), most }),
    resetMost(atMs: number) {
      most = inside(atMs);
    },
  };
}
