import type { ScheduleChange } from '../control/schedules/apply-schedules.ts';
import type { ScheduleLine } from '../control/schedules/list-schedules.ts';
import { table } from './table.ts';

const words: Readonly<Record<ScheduleChange['change'], string>> = {
  create: 'created',
  update: 'changed',
  none: 'unchanged',
  delete: 'deleted',
  left: 'not in the configuration any more: --prune deletes it',
};

/** What `schedule apply` has done, a line each. */
export function showChanges(changes: readonly ScheduleChange[]): string {
  if (changes.length === 0)
    return 'No river has a schedule. `schedule: { cron: "0 6 * * *" }` under a river gives it one.';
  return changes
    .map(({ river, change, settings, before }) => {
      const line = `${river}: ${words[change]}`;
      if (change === 'update') return `${line}\n  before  ${before}\n  now     ${settings}`;
      return change === 'create' ? `${line} (${settings})` : line;
    })
    .join('\n');
}

export function showSchedules(schedules: readonly ScheduleLine[]): string {
  if (schedules.length === 0)
    return 'No schedules. `river schedule apply` makes them as the configuration file says.';
  return table(
    ['schedule', 'state', 'next run', 'last run'],
    schedules.map(({ schedule, paused, next, last }) => [schedule, paused ? 'paused' : 'active', next, last]),
  );
}
