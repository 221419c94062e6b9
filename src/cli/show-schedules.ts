import type { ScheduleChange } from '#control/schedules/apply-schedules';
import type { DstAnomaly } from '#control/schedules/dst-anomalies';
import type { ScheduleState } from '#control/schedules/list-schedules';
import type { ScheduleWarning } from '#control/schedules/schedule-warnings';
import { behindSentence } from '#domain/run/sentences';
import { table } from './terminal.ts';

/** What `apply` does or would do with each schedule; for a change, each setting with its old and new value. */
export function showChanges(changes: readonly ScheduleChange[], dryRun: boolean): string {
  if (changes.length === 0) return 'No river has a schedule.';
  const lines = changes.flatMap(({ river, change, terms }) => [
    `${change.padEnd(9)}  ${river}${change === 'left' ? ': no longer in the file; `--prune` deletes it' : ''}`,
    ...terms.map(({ term, from, to }) => `           ${term}: ${from === null ? '' : `${from} → `}${to}`),
  ]);
  return [...lines, ...(dryRun ? ['Nothing was changed (--dry-run).'] : [])].join('\n');
}

/** A day on which the clock change affects a start: the person may choose another hour. */
export const showOddDay = ({ river, day, expected, starts }: DstAnomaly): string =>
  `note       ${river}: clocks change on ${day}, and Temporal starts it ${showTimes(starts.length)} instead of ${showTimes(expected)} (${starts.join(', ') || 'the time does not exist on that day'}). A start some hours later avoids this.`;

export const showNote = ({ river, message }: ScheduleWarning): string => `note       ${river}: ${message}.`;

const showTimes = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** Every schedule, one line each. */
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
  const note = `\nDifferent from the file: ${others.join(', ')}. \`river schedule apply --dry-run\` shows the difference.`;
  return [
    lines,
    ...(behind.length === 0 ? [] : ['', ...behind]),
    ...(others.length === 0 ? [] : [note]),
  ].join('\n');
}
