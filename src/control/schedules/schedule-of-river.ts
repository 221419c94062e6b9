import type { ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { durationMs } from '../../domain/river/duration.ts';
import type { River, ScheduleSetting } from '../../domain/river/river.ts';
import { taskQueue } from '../../domain/run/task-queue.ts';

/** `skip` would lose a weekend while an old run is open; a run that finds its days loaded ends at once. */
const defaultOverlap = 'buffer_all';
const defaultCatchupWindow = '7d';
const prefix = 'river/';
/** Under this name the runs of a schedule bear the settings that it was made from. */
export const settingsMemo = 'riverSchedule';

/** The id of a river's schedule. */
export const scheduleId = (river: string): string => `${prefix}${river}`;

/** The river of a schedule that River made; undefined for another's. */
export const riverOfScheduleId = (id: string): string | undefined =>
  id.startsWith(prefix) ? id.slice(prefix.length) : undefined;

/** A schedule's settings with nothing left out, as text: two that are the same read the same. */
export function settingsText(setting: ScheduleSetting): string {
  const { cron, timezone = 'UTC', jitter = '0', overlap, catchupWindow } = setting;
  return [
    cron.trim().replaceAll(/\s+/g, ' '),
    timezone,
    `jitter ${jitter}`,
    `overlap ${overlap ?? defaultOverlap}`,
    `catchupWindow ${catchupWindow ?? defaultCatchupWindow}`,
  ].join(', ');
}

/** The schedule that starts a river, as Temporal takes it. */
export function scheduleOfRiver(
  { name }: River,
  setting: ScheduleSetting,
): ScheduleOptions & { readonly scheduleId: string } {
  const { cron, timezone = 'UTC', jitter, overlap = defaultOverlap, catchupWindow } = setting;
  return {
    scheduleId: scheduleId(name),
    spec: {
      cronExpressions: [cron],
      timezone,
      ...(jitter !== undefined && { jitter: durationMs(jitter) }),
    },
    policies: {
      overlap: overlap.toUpperCase() as ScheduleOverlapPolicy,
      catchupWindow: durationMs(catchupWindow ?? defaultCatchupWindow),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'riverRun',
      // Temporal adds the scheduled time.
      workflowId: name,
      taskQueue,
      args: [{ river: name }],
      staticSummary: `River ${name}`,
      memo: { [settingsMemo]: settingsText(setting) },
    },
  };
}
