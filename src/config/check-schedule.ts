import { isCron } from '#domain/river/cron-line';
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
