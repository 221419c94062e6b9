import { addDays, type Day } from '#domain/period/date-range';
import { clockChanges, resolveDay } from '#domain/period/resolve-day';
import { cronFields, startsOnDay } from '#domain/river/cron-line';
import type { TemporalClient } from '../connect-temporal.ts';
import { matchingTimes } from './matching-times.ts';
import type { ScheduledRiver } from './schedule-terms.ts';

/** A day on which clocks change, so that Temporal starts a river more or less often than its cron line says. */
export interface OddDay {
  readonly river: string;
  readonly day: Day;
  /** How often it should start. */
  readonly expected: number;
  /** When it will, ISO 8601. */
  readonly starts: readonly string[];
}

const daysAhead = 366;
/** Of what starts more often a day, one start more or less is no matter. */
const startsADayAtMost = 4;

/**
 * The days to come on which a schedule leaves out or repeats a start because clocks change: a time in the hour that is left
 * out never comes, and Temporal repeats some around the hour that comes twice. Asked of Temporal itself.
 */
export async function oddDays(
  temporal: TemporalClient,
  { name, schedule }: ScheduledRiver,
): Promise<OddDay[]> {
  const { timezone = 'UTC', cron } = schedule;
  const fields = cronFields(cron);
  if ((fields[0]?.size ?? 0) * (fields[1]?.size ?? 0) > startsADayAtMost) return [];
  const today = resolveDay(new Date(), { timezone });
  const odd: OddDay[] = [];
  for (const change of clockChanges(timezone, today, daysAhead)) {
    const times = await matchingTimes(
      temporal,
      name,
      midnight(addDays(change, -2)),
      midnight(addDays(change, 3)),
    );
    // In the zone it is the day before, or after, of that in UTC.
    for (const day of [-1, 0, 1].map((days) => addDays(change, days))) {
      const starts = times.filter((at) => resolveDay(at, { timezone }) === day);
      const expected = startsOnDay(fields, day);
      if (day > today && starts.length !== expected) odd.push({ river: name, day, expected, starts });
    }
  }
  return odd;
}

const midnight = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
