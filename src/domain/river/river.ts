import { z } from 'zod';
import { reports } from '../catalogue/index.ts';
import { accepted, Duration, Name, required } from './accepted.ts';
import { ColumnChoicesSetting } from './column-choices.ts';
import { Filters } from './filters.ts';
import { Overrides } from './overrides.ts';
import { PeriodSetting } from './period-setting.ts';
import { Target, TargetPart } from './target.ts';

/** What a period may be split by. */
export const chunkUnits = ['dont_split', 'daily', 'monthly', 'yearly'] as const;

/** How a period is split into chunks, each of which is loaded as one. */
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

/** When a river runs by itself: a Temporal Schedule. */
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

/**
 * The events that a notification tells, the most important first: of those that fit and are asked for the first is told.
 * `recovered`: it succeeded after the river's run before it had failed. `warned`: it succeeded, with a warning about data.
 */
export const notifyEvents = ['failed', 'recovered', 'warned', 'succeeded'] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

const Url = z.string().min(1).register(accepted, { words: 'a URL' });

/** Where a run's end is notified. Its URLs are secrets, so it is not part of the river that a run stores. */
export const NotifySetting = z.strictObject({
  on: z
    .array(z.enum(notifyEvents))
    .min(1)
    .register(accepted, { words: `a list of ${notifyEvents.join(', ')}` })
    .default(['failed', 'recovered', 'warned'])
    .describe(
      'What is told. recovered: a run succeeded after the one before it had failed; warned: it succeeded with a warning about its data: the API returned none or few of the rows that were there, values did not fit their column, or rows may be missing. If several apply, the first of them is told.',
    ),
  webhook: Url.optional().describe(
    `Gets the result of the run as JSON, by POST: "\${NAME}", "file:<path>" or "exec:<command>".`,
  ),
  slack: Url.optional().describe(
    `An incoming webhook of Slack, gets text: "\${NAME}", "file:<path>" or "exec:<command>".`,
  ),
});
export type NotifySetting = z.infer<typeof NotifySetting>;

const descriptions = {
  columns:
    'Columns that are left out, or named, typed or hashed otherwise, by column name: omit, or a map. A name that the report does not declare waits for such a field.',
  target: 'The table, and how rows reach it. Required, here or under `defaults:`.',
  schedule: 'When the river runs by itself.',
  notify: 'Who is told how a run has ended.',
};

/**
 * A river as the configuration file writes it, defaults laid under. It has the names of connections and
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
  includeControlGroup: z.boolean().default(false).describe('Control groups as well (reports 2, 3, 4).'),
  prune: z
    .boolean()
    .default(false)
    .describe("Leaves out calls that the day's own lists show to be empty (reports 1, 2, 19, 22, 23)."),
  overrides: Overrides.optional().describe('Corrections of the report where your Optimove differs.'),
  columns: ColumnChoicesSetting.optional().describe(descriptions.columns),
  target: Target.describe(descriptions.target),
  schedule: ScheduleSetting.optional().describe(descriptions.schedule),
  waitForData: Duration.default('0').describe(
    'How long a run waits at most until its last day is complete. Then it loads what is there.',
  ),
  giveUpAfter: Duration.default('6h').describe(
    'How long River keeps trying. A chunk fails when one of its calls has failed again and again for that long, while other calls are answered. If no call is answered for that long, all chunks that are not loaded yet fail together. Waits for quota, after 429 and in a pause do not count.',
  ),
});
export type RiverSetting = z.infer<typeof RiverSetting>;

/** A river of the file: with its notifications, which hold secrets. */
export const RiverFileSetting = RiverSetting.extend({
  notify: NotifySetting.optional().describe(descriptions.notify),
});

/** A river under its name. */
export type River = RiverSetting & { readonly name: string };

/** A part of a river, as `defaults:` and each river of the file write it before the one is laid under the other. */
export const RiverPart = RiverFileSetting.extend({
  target: TargetPart.describe(descriptions.target),
  schedule: ScheduleSetting.partial().describe(descriptions.schedule),
  notify: NotifySetting.partial().describe(descriptions.notify),
}).partial();
export type RiverPart = z.infer<typeof RiverPart>;
