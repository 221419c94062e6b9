import { addDays, type Day, dayCount } from '../period/date-range.ts';
import { resolveDay, resolveZone } from '../period/resolve-day.ts';
import type { StoredRun } from './stored-run.ts';

/**
 * The day of which an answer of the present state is, that is given now: the run's day, and one day more for each midnight
 * since the run began. A run may wait for days, for quota, in an outage or paused, before it is answered.
 */
export function dayOfPull(
  { day, startedAt, river }: Pick<StoredRun, 'day' | 'startedAt' | 'river'>,
  now: Date,
): Day {
  const zone = resolveZone(river.period, river.schedule);
  const [began, today] = [resolveDay(startedAt, zone), resolveDay(now, zone)];
  return today > began ? addDays(day, dayCount({ start: began, end: today }) - 1) : day;
}
