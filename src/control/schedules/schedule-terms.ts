import { DAYS_OF_WEEK, MONTHS, type ScheduleDescription } from '@temporalio/client';
import { durationMs, durationText } from '#domain/duration';
import { cronFields, cronText } from '#domain/river/cron-line';
import type { River, ScheduleSetting } from '#domain/river/river';
import { taskQueue } from '#domain/run/temporal-names';
import type { riverRun } from '#workflows/index';

/** A schedule in words that can be compared and shown. */
export interface ScheduleTerms {
  readonly cron: string;
  readonly timezone: string;
  readonly jitter: string;
  readonly overlap: string;
  readonly catchupWindow: string;
  /** The workflow that it starts, with its input. */
  readonly starts: string;
}

/** A river that has a schedule. */
export type ScheduledRiver = River & { readonly schedule: ScheduleSetting };

/** Temporal's shortest catch-up window. */
const shortestCatchupMs = 10_000;

const toMilliseconds = ({ jitter, catchupWindow }: ScheduleSetting) => ({
  jitter: durationMs(jitter ?? '0'),
  catchupWindow: Math.max(shortestCatchupMs, durationMs(catchupWindow ?? '7d')),
});

const startAction = ({ name }: River) => ({
  type: 'startWorkflow' as const,
  workflowType: 'riverRun' as const,
  taskQueue,
  args: [{ river: name }] satisfies Parameters<typeof riverRun>,
  // Temporal appends the scheduled time.
  workflowId: name,
  staticSummary: `River ${name}`,
});

/** A river's schedule, by the configuration. */
export function readRiverTerms(river: ScheduledRiver): ScheduleTerms {
  const { cron, timezone = 'UTC', overlap = 'buffer_all' } = river.schedule;
  const { jitter, catchupWindow } = toMilliseconds(river.schedule);
  return {
    cron: cronText(cronFields(cron)),
    timezone,
    jitter: durationText(jitter),
    overlap,
    catchupWindow: durationText(catchupWindow),
    starts: startsText(startAction(river)),
  };
}

/** A schedule, by Temporal. */
export function readScheduleTerms({ spec, policies, action }: ScheduleDescription): ScheduleTerms {
  return {
    cron: cronFromSpec(spec),
    timezone: spec.timezone || 'UTC',
    jitter: durationText(spec.jitter ?? 0),
    overlap: (policies.overlap ?? 'SKIP').toLowerCase(),
    catchupWindow: durationText(policies.catchupWindow),
    starts: startsText(action),
  };
}

/** What Temporal's client takes to create or update a river's schedule. */
export function toScheduleOptions(river: ScheduledRiver) {
  const { cron, timezone = 'UTC', overlap = 'buffer_all' } = river.schedule;
  const { jitter, catchupWindow } = toMilliseconds(river.schedule);
  return {
    spec: { cronExpressions: [cron.trim().replaceAll(/\s+/g, ' ')], timezone, jitter },
    policies: { overlap: overlap.toUpperCase() as Uppercase<typeof overlap>, catchupWindow },
    action: startAction(river),
  };
}

const startsText = ({
  workflowType,
  taskQueue: queue,
  workflowId,
  args,
}: Pick<ScheduleDescription['action'], 'workflowType' | 'taskQueue' | 'workflowId' | 'args'>): string =>
  `${workflowType} ${JSON.stringify(args ?? [])} as ${workflowId} on ${queue}`;

type Spec = ScheduleDescription['spec'];
type Calendar = NonNullable<Spec['calendars']>[number];
type Ranges = readonly { readonly start: number; readonly end: number; readonly step: number }[];

/**
 * The times of a schedule as a cron line. Temporal does not store cron lines, but the calendar that they stand for; times that were
 * set by hand, and that no cron line can express, are shown in Temporal's own form.
 */
export function cronFromSpec(spec: Spec): string {
  const [calendar, ...more] = spec.calendars ?? [];
  const simple =
    calendar &&
    more.length === 0 &&
    isEmpty(spec.intervals) &&
    isEmpty(spec.skip) &&
    isEmpty(calendar.year) &&
    calendar.second.every(({ start, end }) => start === 0 && end <= 0) &&
    !spec.startAt &&
    !spec.endAt;
  if (simple) return cronText(toCronFields(calendar));
  const { timezone: _, jitter: __, ...times } = spec;
  return `not a cron line: ${JSON.stringify(times)}`;
}

const isEmpty = (list: readonly unknown[] | undefined): boolean => (list ?? []).length === 0;

const toCronFields = ({ minute, hour, dayOfMonth, month, dayOfWeek }: Calendar) =>
  [minute, hour, dayOfMonth, numbered(month, MONTHS, 1), numbered(dayOfWeek, DAYS_OF_WEEK, 0)].map(
    expandRanges,
  );

/** Names back to numbers. */
const numbered = <Name extends string>(
  ranges: readonly { readonly start: Name; readonly end: Name; readonly step: number }[],
  names: readonly Name[],
  first: number,
): Ranges =>
  ranges.map(({ start, end, step }) => ({
    start: names.indexOf(start) + first,
    end: names.indexOf(end) + first,
    step,
  }));

function expandRanges(ranges: Ranges): Set<number> {
  const values = new Set<number>();
  for (const { start, end, step } of ranges) {
    for (let value = start; value <= Math.max(start, end); value += Math.max(1, step)) values.add(value);
  }
  return values;
}
