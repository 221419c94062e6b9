import { addDays, type Day } from './day.ts';

/** The days, in UTC, within which the clocks of a time zone change, among the `count` days from `first` on. */
export function clockChanges(timezone: string, first: Day, count: number): Day[] {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  const offsetAt = (day: Day) =>
    format.formatToParts(Date.parse(`${day}T00:00:00Z`)).find(({ type }) => type === 'timeZoneName')?.value;
  const days = Array.from({ length: count }, (_, at) => addDays(first, at));
  return days.filter((day) => offsetAt(day) !== offsetAt(addDays(day, 1)));
}
