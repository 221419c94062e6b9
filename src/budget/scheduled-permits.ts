/**
 * Permits that were given for a later time. A permit's instant is on the budget's clock: each is put on ours as far as the
 * offset between the two is known, and is worth nothing before its time nor after it. So clocks may differ, and answers be late.
 */
import { type Permit, permitMs } from '#domain/budget/reservation';

/** Permits for later instants, each kept until its time comes. */
export interface ScheduledPermits {
  readonly count: number;
  /** How many are for that run: so many of its waiting calls need no other. */
  countFor(run: string): number;
  /** Keeps a permit for use between two instants of our clock; returns it at once where they are the wrong way round. */
  add(permit: Permit, from: number, until: number): void;
  /** All of them, which are then scheduled no more. */
  cancelAll(): Permit[];
}

export interface ScheduledPermitsOptions {
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Begins a call with the permit; false where none can begin. */
  readonly use: (permit: Permit, until: number) => boolean;
  /** Takes a permit that was not used. */
  readonly giveBack: (permit: Permit) => void;
}

export function createScheduledPermits({ now, use, giveBack }: ScheduledPermitsOptions): ScheduledPermits {
  const timers = new Map<Permit, NodeJS.Timeout>();
  const onTimer = (permit: Permit, from: number, until: number) => {
    timers.delete(permit);
    const waitMs = from - now();
    // Timers count from the beginning of the event loop's turn, which may have been long: they can fire early.
    if (waitMs > 0) timers.set(permit, setTimeout(onTimer, Math.ceil(waitMs), permit, from, until));
    else if (now() > until || !use(permit, until)) giveBack(permit);
  };
  return {
    get count() {
      return timers.size;
    },
    countFor: (run) => [...timers.keys()].filter((permit) => permit.run === run).length,
    add(permit, from, until) {
      if (from > until) giveBack(permit);
      else onTimer(permit, from, until);
    },
    cancelAll() {
      const permits = [...timers.keys()];
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      return permits;
    },
  };
}

/** How the budget's clock stands against ours, as far as its answers tell: permits are for instants of that clock. */
export interface ClockOffset {
  /** That clock read `at` between two instants of ours: when the request was sent, and when the answer came. */
  observe(at: number, sentAt: number, cameAt: number): void;
  /** From when until when, on our clock, a permit for that instant holds; the wrong way round where the offset is not known well enough. */
  toLocalSpan(at: number): { readonly from: number; readonly until: number };
  /** How far after the request a permit must lie to be of use when the answer has come. */
  readonly leadMs: number;
}

/** Clocks gain on each other by no more than this share of the time that passes. */
const driftShare = 0.001;
/** How many of the latest answers the lead is taken from. */
const latest = 5;
const longestLeadMs = 2_000;

/**
 * No clock need be right, nor an answer fast. Each answer gives two bounds of the offset (the clock was read after the
 * request was sent, and before the answer came), and the tightest bounds of all answers are nearly the way of the fastest
 * request and of the fastest answer. So a permit keeps its width although some answers are late. Where an answer does not
 * fit the others, a clock was set, and the earlier bounds are dropped.
 */
export function createClockOffset(): ClockOffset {
  let offset = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY, asOf: 0 };
  let delays: number[] = [];
  return {
    observe(at, sentAt, cameAt) {
      const drift = (cameAt - sentAt) * driftShare;
      const told = { least: at - cameAt, most: at - sentAt + drift, asOf: cameAt };
      const driftMs = (cameAt - offset.asOf) * driftShare;
      const least = Math.max(told.least, offset.least - driftMs);
      const most = Math.min(told.most, offset.most + driftMs);
      offset = least <= most ? { least, most, asOf: cameAt } : told;
      // How long ago the clock was read, at the most.
      delays = [...delays, cameAt - (at - offset.most)].slice(-latest);
    },
    toLocalSpan: (at) => ({ from: at - offset.least, until: at - offset.most + permitMs }),
    get leadMs() {
      // One answer that took very long says nothing of the next; half a permit's width is left for what comes on top.
      const [longest = 0, next = longest] = delays.toSorted((a, b) => b - a);
      return Math.min(longestLeadMs, Math.max(0, Math.ceil(next - permitMs / 2)));
    },
  };
}
