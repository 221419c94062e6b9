import { type Interval, mergeIntervals, msOutside } from './interval.ts';

/** An outage of a connection that goes on. */
export interface OpenOutage {
  /** In milliseconds since 1970. */
  readonly from: number;
  /** How long of it the connection could be asked, as the budget tells. */
  readonly countedMs: number;
}

/** The outages of a connection, as far as a process has heard of them. */
export interface Outages {
  readonly past: readonly Interval[];
  /** The one that goes on; null where calls flow. */
  readonly open: OpenOutage | null;
}

/** For how long an outage has kept up a run that was begun at `startedAt`, without the run's pauses. */
export function outageMs(
  { from, countedMs }: OpenOutage,
  run: { readonly startedAt: number; readonly pauses: readonly Interval[] },
  now: number,
): number {
  const seenFrom = Math.max(from, run.startedAt);
  const seen = { from: seenFrom, until: Math.max(seenFrom, now) };
  const pausedMs = seen.until - seen.from - msOutside(seen, mergeIntervals(run.pauses));
  return Math.max(0, Math.min(countedMs, seen.until - seen.from) - pausedMs);
}
