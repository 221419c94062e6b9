import { addDays, type DateRange, type Day, daysOf } from './day.ts';

/** Days as unbroken stretches, in order; a day that comes twice counts once. */
export function stretchesOf(days: Iterable<Day>): DateRange[] {
  const stretches: { start: Day; end: Day }[] = [];
  for (const day of [...new Set(days)].sort()) {
    const open = stretches.at(-1);
    if (open && addDays(open.end, 1) === day) open.end = day;
    else stretches.push({ start: day, end: day });
  }
  return stretches;
}

/** What of the stretches lies between two days, both included; a bound that is left out is none. */
export function between(
  stretches: readonly DateRange[],
  { from = '', to = '9999-12-31' }: { readonly from?: Day; readonly to?: Day },
): DateRange[] {
  return stretches
    .map(({ start, end }) => ({ start: start < from ? from : start, end: end > to ? to : end }))
    .filter(({ start, end }) => start <= end);
}

/** From the first day of the first to the last of the last; null where there are none. */
export function spanOf(stretches: readonly DateRange[]): DateRange | null {
  const start = stretches[0]?.start;
  const end = stretches.at(-1)?.end;
  return start === undefined || end === undefined ? null : { start, end };
}

/**
 * What a tracked river pulls: the days of its whole range that are not complete, and as many days before the
 * first of them as it looks back, never before the range. Forgotten days are none of either.
 * @example with everything up to 10 January complete, two days back, on 12 January: 9 to 12 January
 */
export function daysToPull(
  whole: DateRange,
  lastDaysBack: number,
  { complete, forgotten }: { readonly complete: ReadonlySet<Day>; readonly forgotten: ReadonlySet<Day> },
): DateRange[] {
  const wanted = [...daysOf(whole)].filter((day) => !forgotten.has(day));
  const missing = wanted.filter((day) => !complete.has(day));
  const [first] = missing;
  if (first === undefined) return [];
  const from = earlier(first, lastDaysBack, whole.start);
  return stretchesOf([...wanted.filter((day) => day >= from && day <= first), ...missing]);
}

/** So many days before, and not before the bound: whose own past may be beyond the calendar. */
function earlier(day: Day, days: number, bound: Day): Day {
  let found = day;
  for (let k = 0; k < days && found > bound; k += 1) found = addDays(found, -1);
  return found;
}
