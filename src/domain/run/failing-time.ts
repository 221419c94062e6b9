import { type Interval, mergeIntervals, msOutside } from './paused-intervals.ts';

/** A request that was sent and brought no answer. */
export interface FailedRequest {
  /** When it was sent, ISO 8601. */
  readonly at: string;
  /** How long it took. */
  readonly milliseconds: number;
}

/** Requests of a run that have failed since some time. */
export interface FailedSince {
  readonly times: number;
  /** The status of the last one; null where it got no answer, or none has failed. */
  readonly lastStatus: number | null;
}

const longestRetryMs = 120_000;

/**
 * How long a call has been failing, in milliseconds: `failures` are those since it was last answered, the oldest first.
 * Each failure counts for the duration of its request and of the wait before a retry: a longer gap before the next one was a
 * wait for quota, a back-off, or a run that was stopped. The time in `stopped` (pauses, outages of the whole connection)
 * does not count at all.
 */
export function failingMs(
  failures: readonly FailedRequest[],
  now: number,
  stopped: readonly Interval[],
): number {
  const merged = mergeIntervals(stopped);
  return failures.reduce((sum, { at, milliseconds }, place) => {
    const from = Date.parse(at);
    const next = failures[place + 1];
    const until = Math.min(next ? Date.parse(next.at) : now, from + milliseconds + retryMs(place));
    return sum + msOutside({ from, until }, merged);
  }, 0);
}

/** What Temporal waits after so many failures of an activity: doubled each time. */
export const retryMs = (failuresBefore: number): number =>
  Math.min(longestRetryMs, 1_000 * 2 ** failuresBefore);

/** The present outage of a connection. */
export interface OpenOutage {
  /** In milliseconds since 1970. */
  readonly from: number;
  /** How long of it the connection could be asked, as the budget tells. */
  readonly countedMs: number;
}

/** The outages of a connection, as far as a process knows of them. */
export interface Outages {
  readonly past: readonly Interval[];
  /** The present one; null where calls are answered. */
  readonly open: OpenOutage | null;
}

/** How long an outage has held up a run that began at `startedAt`, without the run's pauses. */
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
