import { z } from 'zod';
import { isDay } from '../period/day.ts';
import { accepted } from './accepted.ts';

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
