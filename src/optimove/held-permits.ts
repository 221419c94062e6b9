import type { Permit } from '#domain/budget/reservation';

/** Permits that were given for later, each until its time has come. */
export interface HeldPermits {
  readonly count: number;
  /** How many are for that run: so many of its callers need no other. */
  countFor(run: string): number;
  /** Keeps a permit for use between two instants of the clock. */
  hold(permit: Permit, from: number, until: number): void;
  /** Lets go of all. */
  release(): Permit[];
}

export interface HeldPermitsOptions {
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Lets a call through; false where none can go. */
  readonly use: (permit: Permit, until: number) => boolean;
  /** Takes a permit that was not used. */
  readonly giveBack: (permit: Permit) => void;
}

export function createHeldPermits({ now, use, giveBack }: HeldPermitsOptions): HeldPermits {
  const timers = new Map<Permit, NodeJS.Timeout>();
  const whenDue = (permit: Permit, from: number, until: number) => {
    timers.delete(permit);
    const waitMs = from - now();
    // Timers count from the beginning of the event loop's turn, which may have been long: they can come early.
    if (waitMs > 0) timers.set(permit, setTimeout(whenDue, Math.ceil(waitMs), permit, from, until));
    else if (now() > until || !use(permit, until)) giveBack(permit);
  };
  return {
    get count() {
      return timers.size;
    },
    countFor: (run) => [...timers.keys()].filter((permit) => permit.run === run).length,
    hold(permit, from, until) {
      if (from > until) giveBack(permit);
      else whenDue(permit, from, until);
    },
    release() {
      const permits = [...timers.keys()];
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      return permits;
    },
  };
}
