/** A time from one instant to another, in milliseconds since 1970. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

/** The same times, ascending and none of them twice. */
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

/** How long an interval is without those of a list in which nothing is there twice. */
export function msOutside({ from, until }: Interval, merged: readonly Interval[]): number {
  return merged.reduce(
    (left, other) => left - Math.max(0, Math.min(until, other.until) - Math.max(from, other.from)),
    Math.max(0, until - from),
  );
}
