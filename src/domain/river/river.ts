import { z } from 'zod';
import { reports } from '../catalogue/index.ts';
import { accepted } from './accepted.ts';
import { ChunkSetting } from './chunk-setting.ts';
import { Duration } from './duration.ts';
import { Filters } from './filters.ts';
import { Name } from './name.ts';
import { NotifySetting } from './notify-setting.ts';
import { Overrides } from './overrides.ts';
import { PeriodSetting } from './period-setting.ts';
import { required } from './required.ts';
import { ScheduleSetting } from './schedule-setting.ts';
import { Target } from './target.ts';

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
  includeControlGroup: z.boolean().default(false).describe('Control groups as well (reports 2, 3, 4).'),
  prune: z
    .boolean()
    .default(false)
    .describe("Leaves out calls that the day's own lists show to be empty (reports 1, 2, 19, 22, 23)."),
  overrides: Overrides.optional().describe('Corrections of the report where your Optimove differs.'),
  target: Target.describe(descriptions.target),
  schedule: ScheduleSetting.optional().describe(descriptions.schedule),
  waitForData: Duration.default('0').describe('How long a run waits at most until its last day is complete.'),
  giveUpAfter: Duration.default('6h').describe(
    'A chunk fails when one of its calls has only failed for that long while the connection answers others; an outage that long fails all chunks that are not loaded at once. Waits for quota, after 429 and in a pause do not count.',
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
