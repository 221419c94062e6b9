import { toCalendar, toDay } from './calendar.ts';

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
  return toDay(calendarOf(day).add(days, 'day'));
}

/** How many days a stretch has: 1 where it begins and ends on the same day. */
export function dayCount({ start, end }: DateRange): number {
  return calendarOf(end).diff(calendarOf(start), 'day') + 1;
}

/** Each day of a stretch, in order. */
export function* daysOf({ start, end }: DateRange): Generator<Day> {
  const from = calendarOf(start);
  const count = dayCount({ start, end });
  for (let k = 0; k < count; k += 1) yield toDay(from.add(k, 'day'));
}

function calendarOf(day: Day) {
  const calendar = toCalendar(day);
  if (calendar === undefined) throw new RangeError(`not a day: ${day}`);
  return calendar;
}
