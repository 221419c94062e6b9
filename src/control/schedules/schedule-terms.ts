import type { ScheduleDescription } from '@temporalio/client';
import { cronFields, cronText } from '#domain/river/cron-line';
import { durationMs, durationText } from '#domain/river/duration';
import type { River } from '#domain/river/river';
import type { ScheduleSetting } from '#domain/river/schedule-setting';
import { taskQueue } from '#domain/run/temporal-names';
import type { riverRun } from '#workflows/index';
import { cronOfSpec } from './cron-of-spec.ts';

/** What a schedule says, in words that can be compared and shown. */
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

/** Temporal makes up for at least this. */
const shortestCatchupMs = 10_000;

const millisecondsOf = ({ jitter, catchupWindow }: ScheduleSetting) => ({
  jitter: durationMs(jitter ?? '0'),
  catchupWindow: Math.max(shortestCatchupMs, durationMs(catchupWindow ?? '7d')),
});

const startOf = ({ name }: River) => ({
  type: 'startWorkflow' as const,
  workflowType: 'riverRun' as const,
  taskQueue,
  args: [{ river: name }] satisfies Parameters<typeof riverRun>,
  // Temporal puts the scheduled time behind it.
  workflowId: name,
  staticSummary: `River ${name}`,
});

/** The schedule of a river as its configuration says it. */
export function termsOfRiver(river: ScheduledRiver): ScheduleTerms {
  const { cron, timezone = 'UTC', overlap = 'buffer_all' } = river.schedule;
  const { jitter, catchupWindow } = millisecondsOf(river.schedule);
  return {
    cron: cronText(cronFields(cron)),
    timezone,
    jitter: durationText(jitter),
    overlap,
    catchupWindow: durationText(catchupWindow),
    starts: startsText(startOf(river)),
  };
}

/** The schedule as Temporal has it. */
export function termsOfDescription({ spec, policies, action }: ScheduleDescription): ScheduleTerms {
  return {
    cron: cronOfSpec(spec),
    timezone: spec.timezone || 'UTC',
    jitter: durationText(spec.jitter ?? 0),
    overlap: (policies.overlap ?? 'SKIP').toLowerCase(),
    catchupWindow: durationText(policies.catchupWindow),
    starts: startsText(action),
  };
}

/** A river's schedule in Temporal's terms. */
export function optionsOf(river: ScheduledRiver) {
  const { cron, timezone = 'UTC', overlap = 'buffer_all' } = river.schedule;
  const { jitter, catchupWindow } = millisecondsOf(river.schedule);
  return {
    spec: { cronExpressions: [cron.trim().replaceAll(/\s+/g, ' ')], timezone, jitter },
    policies: { overlap: overlap.toUpperCase() as Uppercase<typeof overlap>, catchupWindow },
    action: startOf(river),
  };
}

const startsText = ({
  workflowType,
  taskQueue: queue,
  workflowId,
  args,
}: Pick<ScheduleDescription['action'], 'workflowType' | 'taskQueue' | 'workflowId' | 'args'>): string =>
  `${workflowType} ${JSON.stringify(args ?? [])} as ${workflowId} on ${queue}`;
