import { ConfigurationError } from '#domain/errors';
import { addDays, type DateRange, isDay } from '#domain/period/date-range';
import { resolveDay, startOfDay } from '#domain/period/resolve-day';
import type { Configuration } from '#domain/river/configuration';
import type { TemporalClient } from '../connect-temporal.ts';
import { scheduleOf } from './act-on-schedule.ts';
import { matchingTimes } from './matching-times.ts';

/** Temporal keeps a thousand starts waiting behind an open run, loses the rest without a word, and tells no more. */
const startsAtMost = 999;

/**
 * Starts the river once for each time at which its schedule falls within these days of the schedule's time zone, one
 * after the other; each run takes its day from that time. Of today it takes the times that have passed. Tells those times.
 */
export async function backfillSchedule(
  temporal: TemporalClient,
  configuration: Configuration,
  river: string,
  days: DateRange,
): Promise<readonly string[]> {
  for (const day of [days.start, days.end]) {
    if (!isDay(day)) throw new ConfigurationError(`expected a day that exists, YYYY-MM-DD, got "${day}"`);
  }
  if (days.start > days.end)
    throw new ConfigurationError(`--start ${days.start} is after --end ${days.end}.`);
  const { handle, found } = await scheduleOf(temporal, configuration, river);
  const zone = { timezone: found.spec.timezone || 'UTC' };
  const now = new Date();
  const today = resolveDay(now, zone);
  if (days.end > today) {
    throw new ConfigurationError(
      `--end ${days.end} is after today, ${today} in ${zone.timezone}: a backfill starts ${river} for times that have passed, and the schedule starts it at those to come.`,
    );
  }
  // Temporal leaves out a start at the beginning of the interval and takes one at its end.
  const start = new Date(startOfDay(days.start, zone) - 1000);
  const end = new Date(Math.min(startOfDay(addDays(days.end, 1), zone) - 1000, now.getTime()));
  const upTo = days.end === today ? `${days.end}, until now` : days.end;
  const times = await matchingTimes(temporal, river, start.getTime(), end.getTime());
  if (times.length === 0 || times.length > startsAtMost) {
    throw new ConfigurationError(
      `The schedule of ${river} has ${times.length > startsAtMost ? `${startsAtMost + 1} or more` : 'no'} starts from ${days.start} to ${upTo} (${zone.timezone}); a backfill takes 1 to ${startsAtMost}.`,
    );
  }
  // Under `skip` all but the first would be left out while that runs.
  await handle.backfill({ start, end, overlap: 'BUFFER_ALL' });
  return times;
}
