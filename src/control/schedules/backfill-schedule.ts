import { ConfigurationError } from '../../domain/errors.ts';
import { addDays, isDay, type Stretch } from '../../domain/period/day.ts';
import { startOfDay } from '../../domain/period/start-of-day.ts';
import type { Configuration } from '../../domain/river/configuration.ts';
import type { TemporalClient } from '../connect-temporal.ts';
import { scheduleOf } from './act-on-schedule.ts';
import { matchingTimes } from './matching-times.ts';

/** Temporal keeps a thousand starts waiting behind an open run, loses the rest without a word, and tells no more. */
const startsAtMost = 999;

/**
 * Starts the river once for each time at which its schedule falls within these days of the schedule's time zone, one
 * after the other; each run takes its day from that time. Tells those times.
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
  // Temporal leaves out a start at the beginning of the interval and takes one at its end.
  const start = new Date(startOfDay(first, zone) - 1000);
  const end = new Date(startOfDay(addDays(last, 1), zone) - 1000);
  const times = await matchingTimes(temporal, river, start.getTime(), end.getTime());
  if (times.length === 0 || times.length > startsAtMost) {
    throw new ConfigurationError(
      `The schedule of ${river} has ${times.length > startsAtMost ? `${startsAtMost + 1} or more` : 'no'} starts from ${first} to ${last} (${zone.timezone}); a backfill takes 1 to ${startsAtMost}.`,
    );
  }
  // Under `skip` all but the first would be left out while that runs.
  await handle.backfill({ start, end, overlap: 'BUFFER_ALL' });
  return times;
}
