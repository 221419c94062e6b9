import type { ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import { addDays, type DateRange, isDay } from '#domain/period/date-range';
import { resolveDay, startOfDay } from '#domain/period/resolve-day';
import type { Configuration } from '#domain/river/configuration';
import { readRunInput } from '#domain/river/read-run-input';
import type { TemporalClient } from '../connect-temporal.ts';
import { describeSchedule, listMatchingTimes, toScheduleId } from './known-schedules.ts';

/** What a person can do with one schedule. */
export type ScheduleAct = 'pause' | 'resume' | 'trigger' | 'delete';

/** Throws ConfigurationError where the river is unknown or has no schedule in Temporal. */
export async function actOnSchedule(
  temporal: TemporalClient,
  configuration: Configuration,
  river: string,
  act: ScheduleAct,
): Promise<void> {
  const { handle, found } = await findSchedule(temporal, configuration, river);
  switch (act) {
    case 'pause':
      return handle.pause('Paused by `river schedule pause`');
    case 'resume':
      return handle.unpause('Resumed by `river schedule resume`');
    case 'trigger':
      // With the schedule's own overlap policy: the client's default would start it beside a run under way.
      return handle.trigger(found.policies.overlap);
    case 'delete':
      return handle.delete();
  }
}

/** A river's schedule as Temporal has it. Throws a sentence that says why there is none. */
export async function findSchedule(
  temporal: TemporalClient,
  configuration: Configuration,
  river: string,
): Promise<{ readonly handle: ScheduleHandle; readonly found: ScheduleDescription }> {
  const found = await describeSchedule(temporal, river);
  if (found) return { found, handle: temporal.client.schedule.getHandle(toScheduleId(river)) };
  // Throws where there is no such river, and names those that there are.
  readRunInput({ river }, configuration);
  const advice = configuration.rivers.get(river)?.schedule
    ? 'Create it: river schedule apply'
    : `Write \`schedule: { cron: "0 6 * * *" }\` into the river, then: river schedule apply`;
  throw new ConfigurationError(`The river ${river} has no schedule in Temporal. ${advice}`);
}

/** Temporal buffers at most a thousand starts behind an open run, drops the others silently, and lists no more. */
const startsAtMost = 999;

/**
 * Starts the river once for each time at which its schedule would have started it on these days of its time zone, one run
 * after the other; each run takes its day from that time. For today, the times that have passed. Returns those times.
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
  const { handle, found } = await findSchedule(temporal, configuration, river);
  const zone = { timezone: found.spec.timezone || 'UTC' };
  const now = new Date();
  const today = resolveDay(now, zone);
  if (days.end > today) {
    throw new ConfigurationError(
      `--end ${days.end} is after today, ${today} in ${zone.timezone}: a backfill starts ${river} for past times, and the schedule starts it at future ones.`,
    );
  }
  // Temporal excludes a start at the beginning of the interval and includes one at its end.
  const start = new Date(startOfDay(days.start, zone) - 1000);
  const end = new Date(Math.min(startOfDay(addDays(days.end, 1), zone) - 1000, now.getTime()));
  const upTo = days.end === today ? `${days.end}, until now` : days.end;
  const times = await listMatchingTimes(temporal, river, start.getTime(), end.getTime());
  if (times.length === 0 || times.length > startsAtMost) {
    throw new ConfigurationError(
      `The schedule of ${river} has ${times.length > startsAtMost ? `${startsAtMost + 1} or more` : 'no'} starts from ${days.start} to ${upTo} (${zone.timezone}); a backfill takes 1 to ${startsAtMost}.`,
    );
  }
  // With `skip` all but the first would be dropped while that run is under way.
  await handle.backfill({ start, end, overlap: 'BUFFER_ALL' });
  return times;
}
