import { z } from 'zod';
import { durationPattern } from './duration.ts';

const Duration = z.string().regex(durationPattern);
const Name = z.string().min(1);

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

/** First and last day of data, both included. A range has `start`; a predefined period has `predefined`. */
export const PeriodSetting = z.strictObject({
  start: z.iso.date().optional(),
  end: z.iso.date().optional(),
  lastDaysBack: z.int().nonnegative().optional(),
  track: z.boolean().optional(),
  predefined: z.enum(predefinedPeriods).optional(),
  utcOffset: z.string().optional(),
  timezone: z.string().optional(),
});
export type PeriodSetting = z.infer<typeof PeriodSetting>;

export const chunkUnits = ['dont_split', 'daily', 'monthly', 'yearly'] as const;

export const ChunkSetting = z.strictObject({
  every: z.enum(chunkUnits).default('dont_split'),
  size: z.int().positive().default(1),
});
export type ChunkSetting = z.infer<typeof ChunkSetting>;

const IdOrName = z.union([z.int().nonnegative(), z.string().min(1)]);
const Choice = z.array(IdOrName).min(1);

export const Filters = z.strictObject({
  actions: Choice.optional(),
  targetGroups: Choice.optional(),
  executionChannels: Choice.optional(),
  changedCustomerAttribute: z.union([Name, z.array(Name).min(1)]).optional(),
  lifecycleStages: Choice.optional(),
  customerAttribute: z.strictObject({ name: Name, value: z.union([z.string(), z.number()]) }).optional(),
  events: Choice.optional(),
  activityEvents: Choice.optional(),
  customerAttributes: z.array(Name).min(1).max(10).optional(),
});
export type Filters = z.infer<typeof Filters>;

/** Corrections of a report, for what is not publicly documented or differs between tenants. */
export const Overrides = z.strictObject({
  endpoint: z.string().optional(),
  parameters: z.record(z.string(), z.string().nullable()).optional(),
  columns: z.record(z.string(), z.string()).optional(),
});
export type Overrides = z.infer<typeof Overrides>;

export const loadModes = ['replace', 'append', 'overwrite', 'merge'] as const;
export type LoadMode = (typeof loadModes)[number];

export const Target = z.strictObject({
  warehouse: Name,
  table: Name,
  load: z.enum(loadModes).default('replace'),
  key: z.array(Name).min(1).optional(),
  drift: z.enum(['evolve', 'ignore', 'fail']).default('evolve'),
});
export type Target = z.infer<typeof Target>;

export const ScheduleSetting = z.strictObject({
  cron: z.string(),
  timezone: z.string().optional(),
  jitter: Duration.optional(),
  overlap: z
    .enum(['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all'])
    .optional(),
  catchupWindow: Duration.optional(),
});
export type ScheduleSetting = z.infer<typeof ScheduleSetting>;

/**
 * A river as the configuration file writes it, defaults laid under. It bears names of connections and
 * warehouses and never a secret, so it can be stored with its run and read again by the same schema.
 */
export const RiverSetting = z.strictObject({
  report: z.string(),
  connection: Name,
  period: PeriodSetting.optional(),
  chunks: ChunkSetting.optional(),
  filters: Filters.default({}),
  includeControlGroup: z.boolean().default(false),
  prune: z.boolean().default(false),
  overrides: Overrides.optional(),
  target: Target,
  schedule: ScheduleSetting.optional(),
  waitForData: Duration.default('0'),
  giveUpAfter: Duration.default('6h'),
});
export type RiverSetting = z.infer<typeof RiverSetting>;

/** A river under its name. */
export type River = RiverSetting & { readonly name: string };
