import type { ScheduleChange } from '#control/schedules/apply-schedules';
import type { DstAnomaly } from '#control/schedules/dst-anomalies';
import type { ScheduleState } from '#control/schedules/list-schedules';
import type { ScheduleWarning } from '#control/schedules/schedule-warnings';
import { behindSentence } from '#domain/run/sentences';
import { table } from './table.ts';

/** What `apply` does or would do, a schedule each; of a change every term with what it was and what it is now. */
export function showChanges(changes: readonly ScheduleChange[], dryRun: boolean): string {
  if (changes.length === 0) return 'No river has a schedule.';
  const lines = changes.flatMap(({ river, change, terms }) => [
    `${change.padEnd(9)}  ${river}${change === 'left' ? ': no longer in the file; `--prune` deletes it' : ''}`,
    ...terms.map(({ term, from, to }) => `           ${term}: ${from === null ? '' : `${from} → `}${to}`),
  ]);
  return [...lines, ...(dryRun ? ['Nothing was changed (--dry-run).'] : [])].join('\n');
}

/** What a person may want to move to another hour. */
export const showOddDay = ({ river, day, expected, starts }: DstAnomaly): string =>
  `note       ${river}: clocks change on ${day}, and Temporal starts it ${timesOf(starts.length)} instead of ${timesOf(expected)} (${starts.join(', ') || 'its time is left out'}). Some hours later there is no such day.`;

export const showNote = ({ river, message }: ScheduleWarning): string => `note       ${river}: ${message}.`;

const timesOf = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** Every schedule, a line each. */
export function showSchedules(schedules: readonly ScheduleState[]): string {
  if (schedules.length === 0) return 'No river has a schedule.';
  const lines = table(
    ['river', 'state', 'cron', 'time zone', 'overlap', 'next start', 'last run', 'running', 'waiting'],
    schedules.map(({ river, state, cron, timezone, overlap, next, last, running, waiting }) => [
      river,
      state,
      cron,
      timezone,
      overlap,
      next[0] ?? null,
      last?.workflowId ?? null,
      running.length,
      waiting,
    ]),
  );
  const behind = schedules.flatMap(({ river, running, waiting }) =>
    waiting > 0 && running[0] ? [`${river}: ${behindSentence(waiting, running[0])}`] : [],
  );
  const others = schedules.filter(({ asConfigured }) => !asConfigured).map(({ river }) => river);
  const note = `\nNot as the file says: ${others.join(', ')}. \`river schedule apply --dry-run\` shows the difference.`;
  return [
    lines,
    ...(behind.length === 0 ? [] : ['', ...behind]),
    ...(others.length === 0 ? [] : [note]),
  ].join('\n');
}
