import dayjs, { type Dayjs } from 'dayjs';
import utc from 'dayjs/plugin/utc.js';

dayjs.extend(utc);

const dayPattern = /^[1-9]\d{3}-\d{2}-\d{2}$/;

/** A calendar day, `YYYY-MM-DD`; no time, no zone. Days compare as strings. */
export type Day = string;

/** First and last day, both included. */
export interface DateRange {
  readonly start: Day;
  readonly end: Day;
}

/** Whether a text is a day of the calendar: `2026-02-30` is not. */
export function isDay(text: string): boolean {
  return toCalendar(text) !== undefined;
}

/** The day `days` later; earlier where it is negative. */
export function addDays(day: Day, days: number): Day {
  return toDay(readCalendar(day).add(days, 'day'));
}

/** How many days a date range has: 1 where it starts and ends on the same day. */
export function dayCount({ start, end }: DateRange): number {
  return readCalendar(end).diff(readCalendar(start), 'day') + 1;
}

/** Each day of a date range, in order; none of what has no days. */
export function* eachDay(range: DateRange | { readonly start: null; readonly end: null }): Generator<Day> {
  if (range.start === null) return;
  const from = readCalendar(range.start);
  const count = dayCount(range);
  for (let k = 0; k < count; k += 1) yield toDay(from.add(k, 'day'));
}

function readCalendar(day: Day) {
  const calendar = toCalendar(day);
  if (calendar === undefined) throw new RangeError(`not a day: ${day}`);
  return calendar;
}

/** The date ranges that these days form, in order; a day that is given twice counts once. */
export function toDateRanges(days: Iterable<Day>): DateRange[] {
  const ranges: { start: Day; end: Day }[] = [];
  for (const day of [...new Set(days)].sort()) {
    const open = ranges.at(-1);
    if (open && addDays(open.end, 1) === day) open.end = day;
    else ranges.push({ start: day, end: day });
  }
  return ranges;
}

/** The parts of date ranges that lie between two days, both included; a bound that is left out does not cut. */
export function clipRanges(
  ranges: readonly DateRange[],
  { from = '', to = '9999-12-31' }: { readonly from?: Day; readonly to?: Day },
): DateRange[] {
  return ranges
    .map(({ start, end }) => ({ start: start < from ? from : start, end: end > to ? to : end }))
    .filter(({ start, end }) => start <= end);
}

/** The date range from the start of the first to the end of the last; null where there are none. */
export function encloseRanges(ranges: readonly DateRange[]): DateRange | null {
  const start = ranges[0]?.start;
  const end = ranges.at(-1)?.end;
  return start === undefined || end === undefined ? null : { start, end };
}

/**
 * What a tracked river pulls: the days of its whole range that are not complete, and as many days before the
 * first of them as it looks back, never before the range. Forgotten days are not pulled.
 * @example with everything up to 10 January complete, two days back, on 12 January: 9 to 12 January
 */
export function daysToPull(
  whole: DateRange,
  lastDaysBack: number,
  { complete, forgotten }: { readonly complete: ReadonlySet<Day>; readonly forgotten: ReadonlySet<Day> },
): DateRange[] {
  const wanted = [...eachDay(whole)].filter((day) => !forgotten.has(day));
  const missing = wanted.filter((day) => !complete.has(day));
  const [first] = missing;
  if (first === undefined) return [];
  const from = earlier(first, lastDaysBack, whole.start);
  return toDateRanges([...wanted.filter((day) => day >= from && day <= first), ...missing]);
}

/** So many days before, but not before the bound: days before that may lie outside the calendar. */
function earlier(day: Day, days: number, bound: Day): Day {
  let found = day;
  for (let k = 0; k < days && found > bound; k += 1) found = addDays(found, -1);
  return found;
}

/**
 * A day on dayjs's calendar, in UTC mode, so that the machine's time zone does not matter; undefined where the text
 * is no day. Years have four digits without a leading zero: dayjs takes the years 0 to 99 for 1900 to 1999.
 */
export function toCalendar(day: string): Dayjs | undefined {
  if (!dayPattern.test(day)) return undefined;
  const calendar = dayjs.utc(Date.parse(`${day}T00:00:00Z`));
  // Date.parse turns 30 February into 2 March.
  return calendar.isValid() && calendar.format('YYYY-MM-DD') === day ? calendar : undefined;
}

/** Back from the calendar to a day. */
export function toDay(calendar: Dayjs): string {
  const day = calendar.format('YYYY-MM-DD');
  if (!dayPattern.test(day)) throw new RangeError('a day outside the years 1000 to 9999');
  return day;
}
