import { addDays, type Day } from '#domain/period/date-range';
import { clockChanges, resolveDay } from '#domain/period/resolve-day';
import { cronFields, startsOnDay } from '#domain/river/cron-line';
import type { TemporalClient } from '../connect-temporal.ts';
import { listMatchingTimes } from './known-schedules.ts';
import type { ScheduledRiver } from './schedule-terms.ts';

/** A day on which daylight saving time begins or ends, so that Temporal starts a river more or less often than its cron line says. */
export interface DstAnomaly {
  readonly river: string;
  readonly day: Day;
  /** How often it should start. */
  readonly expected: number;
  /** When it will, ISO 8601. */
  readonly starts: readonly string[];
}

const daysAhead = 366;
/** A river that starts more often in a day does not suffer from one start more or less. */
const startsADayAtMost = 4;

/**
 * The future days on which a schedule skips or repeats a start because of daylight saving time: a time in the skipped hour
 * never comes, and Temporal repeats some starts around the repeated hour. Temporal itself is asked for the starts.
 */
export async function findDstAnomalies(
  temporal: TemporalClient,
  { name, schedule }: ScheduledRiver,
): Promise<DstAnomaly[]> {
  const { timezone = 'UTC', cron } = schedule;
  const fields = cronFields(cron);
  if ((fields[0]?.size ?? 0) * (fields[1]?.size ?? 0) > startsADayAtMost) return [];
  const today = resolveDay(new Date(), { timezone });
  const anomalies: DstAnomaly[] = [];
  for (const change of clockChanges(timezone, today, daysAhead)) {
    const times = await listMatchingTimes(
      temporal,
      name,
      midnight(addDays(change, -2)),
      midnight(addDays(change, 3)),
    );
    // In the time zone it may be the day before or after the day in UTC.
    for (const day of [-1, 0, 1].map((days) => addDays(change, days))) {
      const starts = times.filter((at) => resolveDay(at, { timezone }) === day);
      const expected = startsOnDay(fields, day);
      if (day > today && starts.length !== expected) anomalies.push({ river: name, day, expected, starts });
    }
  }
  return anomalies;
}

const midnight = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
