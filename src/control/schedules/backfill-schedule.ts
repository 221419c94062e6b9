import { ConfigurationError } from '#domain/errors';
import { addDays, isDay, type Stretch } from '#domain/period/day';
import { resolveDay } from '#domain/period/resolve-day';
import { startOfDay } from '#domain/period/start-of-day';
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
  { first, last }: Stretch,
): Promise<readonly string[]> {
  for (const day of [first, last]) {
    if (!isDay(day)) throw new ConfigurationError(`expected a day that exists, YYYY-MM-DD, got "${day}"`);
  }
  if (first > last) throw new ConfigurationError(`--start ${first} is after --end ${last}.`);
  const { handle, found } = await scheduleOf(temporal, configuration, river);
  const zone = { timezone: found.spec.timezone || 'UTC' };
  const now = new Date();
  const today = resolveDay(now, zone);
  if (last > today) {
    throw new ConfigurationError(
      `--end ${last} is after today, ${today} in ${zone.timezone}: a backfill starts ${river} for times that have passed, and the schedule starts it at those to come.`,
    );
  }
  // Temporal leaves out a start at the beginning of the interval and takes one at its end.
  const start = new Date(startOfDay(first, zone) - 1000);
  const end = new Date(Math.min(startOfDay(addDays(last, 1), zone) - 1000, now.getTime()));
  const upTo = last === today ? `${last}, until now` : last;
  const times = await matchingTimes(temporal, river, start.getTime(), end.getTime());
  if (times.length === 0 || times.length > startsAtMost) {
    throw new ConfigurationError(
      `The schedule of ${river} has ${times.length > startsAtMost ? `${startsAtMost + 1} or more` : 'no'} starts from ${first} to ${upTo} (${zone.timezone}); a backfill takes 1 to ${startsAtMost}.`,
    );
  }
  // Under `skip` all but the first would be left out while that runs.
  await handle.backfill({ start, end, overlap: 'BUFFER_ALL' });
  return times;
}
