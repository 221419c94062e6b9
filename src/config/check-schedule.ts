import { Cron } from 'croner';
import { withRanges } from '#domain/river/cron-line';
import { checkTimezone } from '#domain/river/period-setting';
import type { Problem, Show } from '#domain/river/problem';
import type { RiverPart } from '#domain/river/river';

/** What is wrong with a river's schedule. Paths begin at the river. */
export function checkSchedule({ cron, timezone }: NonNullable<RiverPart['schedule']>, show: Show): Problem[] {
  const path = ['schedule', 'cron'];
  return [
    ...(cron === undefined || isCron(cron)
      ? []
      : [
          {
            path,
            message: `expected five fields (minute, hour, day of the month, month, day of the week) such as "0 6 * * *", with numbers, names, "," "-" "*" and "/" that come at some time (no @daily, @every, L, W, # or ?, no seconds), got ${show(path, cron)}`,
          },
        ]),
    ...(timezone === undefined ? [] : checkTimezone(['schedule', 'timezone'], timezone, show)),
  ];
}

/** croner also takes L, W, # and ?, and seconds; Temporal's schedules do not. */
const fields = /^[\d*,/-]+ [\d*,/-]+ [\d*,/-]+ [\da-z*,/-]+ [\da-z*,/-]+$/i;

function isCron(cron: string): boolean {
  const line = cron.trim().replaceAll(/\s+/g, ' ');
  if (!fields.test(line)) return false;
  try {
    // 30 February is well formed and never comes.
    const options = { mode: '5-part', timezone: 'UTC', domAndDow: true } as const;
    return new Cron(withRanges(line), options).nextRun('2024-01-01T00:00:00') !== null;
  } catch {
    return false;
  }
}
