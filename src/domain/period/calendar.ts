import dayjs, { type Dayjs } from 'dayjs';
import utc from 'dayjs/plugin/utc.js';

dayjs.extend(utc);

const dayPattern = /^[1-9]\d{3}-\d{2}-\d{2}$/;

/**
 * A day on dayjs's calendar, in UTC mode, so that the machine's time zone has no say; undefined where the text
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
