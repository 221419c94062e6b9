import { z } from 'zod';
import { reports } from '../catalogue/index.ts';
import { isDay } from '../period/day.ts';
import { accepted } from './accepted.ts';
import { Duration } from './duration.ts';
import { NotifySetting } from './notify-setting.ts';

const Name = z.string().min(1).register(accepted, { words: 'a name' });
const Flag = z.boolean();
/** Said of what the schema of a whole river requires, and that of a part, which editors have, cannot. */
const required = 'Required, here or under `defaults:`.';

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
  track: Flag.optional().describe(
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

export const chunkUnits = ['dont_split', 'daily', 'monthly', 'yearly'] as const;

export const ChunkSetting = z.strictObject({
  every: z.enum(chunkUnits).default('dont_split').describe('The unit that the period is split by.'),
  size: z
    .int()
    .min(1)
    .register(accepted, { words: 'a whole number above 0' })
    .default(1)
    .describe('Units in one chunk, counted from the first day of the period.'),
});
export type ChunkSetting = z.infer<typeof ChunkSetting>;

const IdOrName = z
  .union([z.int().nonnegative(), z.string().min(1)])
  .register(accepted, { words: 'an id (a whole number) or a name' });
const Choice = z.array(IdOrName).min(1).register(accepted, { words: 'a list of ids or names, at least one' });

export const Filters = z.strictObject({
  actions: Choice.optional().describe('Actions, by id or name. Left out: all.'),
  targetGroups: Choice.optional().describe('Target groups, by id or name. Left out: all.'),
  executionChannels: Choice.optional().describe('Execution channels, by id or name. Left out: all.'),
  changedCustomerAttribute: z
    .union([Name, z.array(Name).min(1)])
    .register(accepted, { words: 'the name of an attribute, or a list of names' })
    .optional()
    .describe('The attributes whose changes are pulled: one name or a list. Required in report 5.'),
  lifecycleStages: Choice.optional().describe(
    'Lifecycle stages, by id or name. Left out: all. Not together with customerAttribute.',
  ),
  customerAttribute: z
    .strictObject({
      name: Name.describe('The attribute.'),
      value: z
        .union([z.string(), z.number()])
        .register(accepted, { words: 'text or a number' })
        .describe('Its value.'),
    })
    .optional()
    .describe('Customers with this value of this attribute, instead of lifecycleStages (report 6).'),
  events: Choice.optional().describe(
    'Codes, or names: sent, delivered, opened, clicked, unsubscribed, dropped, spam_report, bounced. Required in report 14.',
  ),
  activityEvents: Choice.optional().describe('Sent as they are written. Required in report 15.'),
  customerAttributes: z
    .array(Name)
    .min(1)
    .max(10)
    .register(accepted, { words: 'a list of 1 to 10 attribute names' })
    .optional()
    .describe('Attributes of the customers, a column each; at most 10. Left out: none.'),
});
export type Filters = z.infer<typeof Filters>;

/** Corrections of a report, for what is not publicly documented or differs between tenants. */
export const Overrides = z.strictObject({
  endpoint: Name.optional().describe("Path below the base URL, instead of the report's."),
  parameters: z
    .record(z.string(), Name.nullable().register(accepted, { words: 'the name to send, or null' }))
    .optional()
    .describe('Our parameter: the name to send; null: not sent.'),
  columns: z.record(z.string(), Name).optional().describe('A key of the answer: the column it goes to.'),
});
export type Overrides = z.infer<typeof Overrides>;

export const loadModes = ['replace', 'append', 'overwrite', 'merge'] as const;
export type LoadMode = (typeof loadModes)[number];

export const Target = z.strictObject({
  warehouse: Name.describe(`The warehouse, by its name in this file. ${required}`),
  table: Name.describe('The table that the river fills. Required.'),
  load: z
    .enum(loadModes)
    .default('replace')
    .describe(
      "How rows reach the table: replace takes the place of the chunk's days, append adds. overwrite and merge are not available yet.",
    ),
  key: z
    .array(Name)
    .min(1)
    .register(accepted, { words: 'a list of column names' })
    .optional()
    .describe("Columns to merge on, instead of the report's natural key."),
  drift: z
    .enum(['evolve', 'ignore', 'fail'])
    .default('evolve')
    .describe('What becomes of fields that the report does not declare.'),
});
export type Target = z.infer<typeof Target>;

export const ScheduleSetting = z.strictObject({
  cron: z
    .string()
    .register(accepted, { words: 'a cron line such as "0 6 * * *"' })
    .describe('Required. Minute, hour, day of the month, month, day of the week.'),
  timezone: z.string().optional().describe('IANA time zone of the cron line. Left out: UTC.'),
  jitter: Duration.optional().describe('Each start is put off by a random part of this.'),
  overlap: z
    .enum(['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all'])
    .optional()
    .describe('What happens while an earlier run is open. Left out: buffer_all.'),
  catchupWindow: Duration.optional().describe('How long a missed start is made up for. Left out: 7d.'),
});
export type ScheduleSetting = z.infer<typeof ScheduleSetting>;

const descriptions = {
  target: 'The table, and how rows reach it. Required, here or under `defaults:`.',
  schedule: 'When the river runs by itself.',
  notify: 'Who is told how a run has ended.',
};

/**
 * A river as the configuration file writes it, defaults laid under. It bears names of connections and
 * warehouses and never a secret, so it can be stored with its run and read again by the same schema.
 */
export const RiverSetting = z.strictObject({
  report: z
    .string()
    .register(accepted, { words: 'the name of a report' })
    .meta({ description: `One of the 27 reports. ${required}`, enum: reports.map(({ slug }) => slug) }),
  connection: Name.describe(`The connection, by its name in this file. ${required}`),
  period: PeriodSetting.optional().describe(
    'First and last day of data. Required, unless the report has no period.',
  ),
  chunks: ChunkSetting.optional().describe('How the period is split into units that are loaded as one.'),
  filters: Filters.default({}).describe('What is pulled. A filter that is left out means all.'),
  includeControlGroup: Flag.default(false).describe('Control groups as well (reports 2, 3, 4).'),
  prune: Flag.default(false).describe(
    "Leaves out calls that the day's own lists show to be empty (reports 1, 2, 19, 22, 23).",
  ),
  overrides: Overrides.optional().describe('Corrections of the report where your Optimove differs.'),
  target: Target.describe(descriptions.target),
  schedule: ScheduleSetting.optional().describe(descriptions.schedule),
  waitForData: Duration.default('0').describe('How long a run waits at most until its last day is complete.'),
  giveUpAfter: Duration.default('6h').describe(
    'A chunk fails when one of its calls has only failed for that long.',
  ),
});
export type RiverSetting = z.infer<typeof RiverSetting>;

/** A river of the file: with whom it tells, which holds secrets. */
export const RiverFileSetting = RiverSetting.extend({
  notify: NotifySetting.optional().describe(descriptions.notify),
});

/** A river under its name. */
export type River = RiverSetting & { readonly name: string };

/** A part of a river, as `defaults:` and each river of the file write it before the one is laid under the other. */
export const RiverPart = RiverFileSetting.extend({
  target: Target.partial().describe(descriptions.target),
  schedule: ScheduleSetting.partial().describe(descriptions.schedule),
  notify: NotifySetting.partial().describe(descriptions.notify),
}).partial();
export type RiverPart = z.infer<typeof RiverPart>;
