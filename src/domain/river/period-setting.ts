import { z } from 'zod';
import { isDay } from '../period/date-range.ts';
import { isTimezone, isUtcOffset } from '../period/resolve-day.ts';
import { accepted } from './accepted.ts';
import { gotInstead } from './closest.ts';
import type { Problem, Show } from './problem.ts';
import type { LoadMode } from './target.ts';

/** Periods that go by the run's day. */
export const predefinedPeriods = [
  'yesterday',
  'week_to_date',
  'previous_week',
  'previous_week_to_date',
  'month_to_date',
  'previous_month',
  'previous_month_to_date',
  'year_to_date',
] as const;

const Day = z.iso.date().refine(isDay).register(accepted, { words: 'a day that exists, YYYY-MM-DD' });

/** First and last day of data, both included. A range has `start`; a predefined period has `predefined`. */
export const PeriodSetting = z.strictObject({
  start: Day.optional().describe('First day of data. Required in a range.'),
  end: Day.optional().describe("Last day of data. Left out: the run's day, and the river tracks forward."),
  lastDaysBack: z
    .int()
    .min(0)
    .max(36_525)
    .register(accepted, { words: 'a number of days, 0 to 36525' })
    .optional()
    .describe('Days before the start that are pulled as well. Ranges only; 0 where it is left out.'),
  track: z
    .boolean()
    .optional()
    .describe(
      'Only in a range without an end. true (what it is without): later runs pull the days that are missing; false: every run pulls the whole range.',
    ),
  predefined: z.enum(predefinedPeriods).optional().describe("A period counted from the run's day."),
  utcOffset: z
    .string()
    .optional()
    .describe('Offset of the run\'s day, such as "+02:00". Not together with timezone.'),
  timezone: z
    .string()
    .optional()
    .describe(
      "IANA time zone of the run's day, such as Europe/London. With neither: the schedule's time zone, else +00:00.",
    ),
});
export type PeriodSetting = z.infer<typeof PeriodSetting>;

/** What is wrong with a period in itself and beside the load mode. Paths begin at the river. */
export function checkPeriod(period: PeriodSetting, load: LoadMode | undefined, show: Show): Problem[] {
  return [...checkDays(period, show), ...checkLastDaysBack(period, load), ...checkZone(period, show)];
}

function checkDays({ start, end, predefined, track }: PeriodSetting, show: Show): Problem[] {
  if (predefined !== undefined) {
    return [
      ...(start === undefined && end === undefined
        ? []
        : [problem('predefined', 'expected either predefined or start and end, got both')]),
      ...(track === undefined ? [] : [problem('track', 'belongs to ranges, predefined is none')]),
    ];
  }
  if (start === undefined) {
    return [
      {
        ...problem(
          'start',
          `missing, expected the first day, YYYY-MM-DD (or, instead of a range, predefined: one of ${predefinedPeriods.join(', ')})`,
        ),
        missing: true,
        orElse: 'predefined',
      },
    ];
  }
  if (end !== undefined && start > end) {
    const [first, last] = [show(['period', 'start'], start), show(['period', 'end'], end)];
    return [problem('start', `expected a day that is not after the end, ${last}, got ${first}`)];
  }
  if (end !== undefined && track === true) {
    return [problem('track', 'belongs to ranges without an end, this one ends')];
  }
  return [];
}

function checkLastDaysBack(
  { lastDaysBack, predefined, end, track }: PeriodSetting,
  load: LoadMode | undefined,
): Problem[] {
  if (lastDaysBack === undefined) return [];
  if (predefined !== undefined) {
    return [problem('lastDaysBack', 'belongs to ranges (start and end), predefined is none')];
  }
  if (load === 'append' && end === undefined && track !== false && lastDaysBack > 0) {
    return [
      problem(
        'lastDaysBack',
        'does not go with load: append in a range without an end: the days before would be there twice. Use load: replace, or leave lastDaysBack out',
      ),
    ];
  }
  return [];
}

function checkZone({ utcOffset, timezone }: PeriodSetting, show: Show): Problem[] {
  return [
    ...(utcOffset !== undefined && timezone !== undefined
      ? [problem('timezone', 'expected either utcOffset or timezone, got both')]
      : []),
    ...(utcOffset !== undefined && !isUtcOffset(utcOffset)
      ? [
          problem(
            'utcOffset',
            `expected an offset from -12:00 to +14:00, such as "+02:00", got ${show(['period', 'utcOffset'], utcOffset)}`,
          ),
        ]
      : []),
    ...(timezone === undefined ? [] : checkTimezone(['period', 'timezone'], timezone, show)),
  ];
}

/** The name of a time zone, of a period or a schedule. */
export function checkTimezone(path: readonly string[], timezone: string, show: Show): Problem[] {
  if (isTimezone(timezone)) return [];
  const got = gotInstead(path, timezone, Intl.supportedValuesOf('timeZone'), show);
  return [{ path, message: `expected an IANA time zone such as Europe/London, ${got}` }];
}

function problem(key: keyof PeriodSetting, message: string): Problem {
  return { path: ['period', key], message };
}
