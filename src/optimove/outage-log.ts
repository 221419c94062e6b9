import type { OutageSoFar } from '#domain/budget/reservation';
import type { OpenOutage, Outages } from '#domain/run/failing-time';
import type { Interval } from '#domain/run/pause';

/** Keeps the outages that a process hears of, in wall time: what was written into the warehouse is held against them. */
export interface OutageLog {
  readonly outages: Outages;
  /** The budget tells of an outage, or that there is none. */
  heard(outage: OutageSoFar | undefined): void;
  /** A call was answered, whatever the budget said last. */
  answered(): void;
}

/** Older ones are forgotten. */
const rememberedAtMost = 100;
/** Two that begin this close to each other are one: answers take different times. */
const sameWithinMs = 1_000;

export function createOutageLog(now: () => number = Date.now): OutageLog {
  let past: readonly Interval[] = [];
  let open: OpenOutage | null = null;
  const end = (until: number) => {
    if (open)
      past = [...past, { from: open.from, until: Math.max(open.from, until) }].slice(-rememberedAtMost);
    open = null;
  };
  return {
    get outages() {
      return { past, open };
    },
    heard(outage) {
      if (!outage) return end(now());
      const from = now() - outage.agoMs;
      if (open && from - open.from > sameWithinMs) end(from);
      open = { from: Math.min(from, open?.from ?? from), countedMs: outage.countedMs };
    },
    answered() {
      end(now());
    },
  };
}
