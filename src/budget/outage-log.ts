import type { OutageSoFar } from '#domain/budget/reservation';
import type { OpenOutage, Outages } from '#domain/run/failing-time';
import type { Interval } from '#domain/run/paused-intervals';

/** The outages of a connection that a process knows of, in wall time, so that they can be compared with what stands in the warehouse. */
export interface OutageLog {
  readonly outages: Outages;
  /** What the budget tells: an outage, or that there is none. */
  update(outage: OutageSoFar | undefined): void;
  /** A call was answered, whatever the budget told last. */
  end(): void;
}

/** Older ones are forgotten. */
const rememberedAtMost = 100;
/** Two that begin this close to each other are one: answers take different times. */
const sameWithinMs = 1_000;

export function createOutageLog(now: () => number = Date.now): OutageLog {
  let past: readonly Interval[] = [];
  let open: OpenOutage | null = null;
  const endAt = (until: number) => {
    if (open)
      past = [...past, { from: open.from, until: Math.max(open.from, until) }].slice(-rememberedAtMost);
    open = null;
  };
  return {
    get outages() {
      return { past, open };
    },
    update(outage) {
      if (!outage) return endAt(now());
      const from = now() - outage.agoMs;
      if (open && from - open.from > sameWithinMs) endAt(from);
      open = { from: Math.min(from, open?.from ?? from), countedMs: outage.countedMs };
    },
    end: () => endAt(now()),
  };
}
