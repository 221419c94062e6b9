/** A time in which a run was paused. ISO 8601, UTC. */
export interface Pause {
  readonly from: string;
  readonly until: string;
}

/** What `pause` and `resume` answer. */
export interface PauseAnswer {
  /** How the run is now. */
  readonly paused: boolean;
  /** Whether that is new: pausing a paused run changes nothing. */
  readonly changed: boolean;
  readonly message: string;
}

/** The memo of a paused run: it can be read while no worker is running. */
export const pausedMemo = 'paused';

/** Pauses in milliseconds since 1970. */
export const toIntervals = (pauses: readonly Pause[]): Interval[] =>
  pauses.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) }));

/** A time from one instant to another, in milliseconds since 1970. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

/** The same times, ascending, without overlaps. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { from, until } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.until) {
      merged[merged.length - 1] = { from: last.from, until: Math.max(last.until, until) };
    } else merged.push({ from, until });
  }
  return merged;
}

/** How long an interval is without the merged ones. */
export function msOutside({ from, until }: Interval, merged: readonly Interval[]): number {
  return merged.reduce(
    (left, other) => left - Math.max(0, Math.min(until, other.until) - Math.max(from, other.from)),
    Math.max(0, until - from),
  );
}
