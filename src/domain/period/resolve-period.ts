import type { Dayjs } from 'dayjs';
import { ConfigurationError } from '../errors.ts';
import type { PeriodSetting } from '../river/period-setting.ts';
import { addDays, type DateRange, type Day, toCalendar, toDay } from './date-range.ts';

/**
 * A river's period as first and last day, given the run's day: days after that one are left out (`daysToCome`).
 * It does not look at tracking: of an open range it gives all days.
 * @example resolvePeriod({ predefined: 'previous_month' }, '2026-03-31') // { start: '2026-02-01', end: '2026-02-28' }
 */
export function resolvePeriod(setting: PeriodSetting, runDay: Day): DateRange {
  const { predefined, start, end, lastDaysBack } = setting;
  if (predefined === undefined) return resolveRange(setting, runDay);
  if (start !== undefined || end !== undefined || lastDaysBack !== undefined) {
    throw new ConfigurationError(
      `A period is either predefined (${predefined}) or a range: start, end and lastDaysBack do not go with it.`,
      { facts: { predefined } },
    );
  }
  const [first, last] = predefinedPeriod[predefined](parseDay(runDay, "the run's day"));
  return { start: toDay(first), end: toDay(last) };
}

/** The days of a range that are left out because they come after the run's day; null where there are none. */
export function daysToCome({ end, predefined }: PeriodSetting, runDay: Day): DateRange | null {
  if (predefined !== undefined || end === undefined || end <= runDay) return null;
  return { start: addDays(runDay, 1), end };
}

type Predefined = NonNullable<PeriodSetting['predefined']>;

const predefinedPeriod: Readonly<Record<Predefined, (today: Dayjs) => [first: Dayjs, last: Dayjs]>> = {
  yesterday: (today) => [today.subtract(1, 'day'), today.subtract(1, 'day')],
  week_to_date: (today) => [startOfWeek(today), today],
  previous_week: (today) => [startOfWeek(today).subtract(7, 'day'), startOfWeek(today).subtract(1, 'day')],
  previous_week_to_date: (today) => [startOfWeek(today).subtract(7, 'day'), today],
  month_to_date: (today) => [today.startOf('month'), today],
  previous_month: (today) => [startOfPreviousMonth(today), today.startOf('month').subtract(1, 'day')],
  previous_month_to_date: (today) => [startOfPreviousMonth(today), today],
  year_to_date: (today) => [today.startOf('year'), today],
};

/** dayjs counts Sunday as 0, and its own weeks begin where the locale says. */
function startOfWeek(today: Dayjs): Dayjs {
  return today.subtract((today.day() + 6) % 7, 'day');
}

function startOfPreviousMonth(today: Dayjs): Dayjs {
  return today.startOf('month').subtract(1, 'month');
}

function resolveRange({ start, end, lastDaysBack = 0 }: PeriodSetting, runDay: Day): DateRange {
  if (start === undefined) {
    throw new ConfigurationError(
      'A period needs a start (YYYY-MM-DD), or predefined in place of start and end.',
    );
  }
  const begins = parseDay(start, 'start');
  const today = parseDay(runDay, "the run's day");
  const ends = end === undefined ? today : parseDay(end, 'end');
  if (begins.isAfter(ends)) {
    const until = end === undefined ? `the run's day ${runDay}` : `its end ${end}`;
    throw new ConfigurationError(`The period's start ${start} is after ${until}.`, {
      facts: { start, end: end ?? runDay },
    });
  }
  const first = daysBefore(begins, lastDaysBack);
  if (first > runDay) {
    throw new ConfigurationError(
      `The period ${first} to ${end} is wholly after the run's day ${runDay}: no day of it has data yet.`,
      { facts: { start: first, end, runDay } },
    );
  }
  return { start: first, end: toDay(ends.isAfter(today) ? today : ends) };
}

function daysBefore(start: Dayjs, lastDaysBack: number): Day {
  try {
    return toDay(start.subtract(lastDaysBack, 'day'));
  } catch (cause) {
    throw new ConfigurationError(
      `lastDaysBack ${lastDaysBack} reaches back beyond the year 1000 from the start ${toDay(start)}.`,
      { facts: { lastDaysBack }, cause },
    );
  }
}

function parseDay(day: Day, what: string): Dayjs {
  const calendar = toCalendar(day);
  if (calendar === undefined) {
    throw new ConfigurationError(`The period's ${what} is no day of the calendar: "${day}".`, {
      facts: { day },
    });
  }
  return calendar;
}
