import { toDayNumber, toDayText } from '#simulator/world/calendar';

/** All days from the first to the last, both included. */
export function daysBetween(first: string, last: string): string[] {
  const from = toDayNumber(first);
  const to = toDayNumber(last);
  if (from === undefined || to === undefined) throw new RangeError(`No days from ${first} to ${last}`);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => toDayText(from + at));
}
