const dayMs = 86_400_000;

/** Days since 1970-01-01, or undefined where the text is no day of the calendar. */
export function numberOfDay(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at)) return undefined;
  // 30 February parses in some engines as 2 March: only what reads back the same is a day.
  return new Date(at).toISOString().startsWith(day) ? at / dayMs : undefined;
}

export function dayOfNumber(number: number): string {
  return new Date(number * dayMs).toISOString().slice(0, 10);
}

/** All days from the first to the last, both included. */
export function daysBetween(first: string, last: string): string[] {
  const from = numberOfDay(first);
  const to = numberOfDay(last);
  if (from === undefined || to === undefined) throw new RangeError(`No days from ${first} to ${last}`);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => dayOfNumber(from + at));
}
