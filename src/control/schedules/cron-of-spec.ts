import { DAYS_OF_WEEK, MONTHS, type ScheduleDescription } from '@temporalio/client';
import { cronText } from '#domain/river/cron-line';

type Spec = ScheduleDescription['spec'];
type Calendar = NonNullable<Spec['calendars']>[number];
type Ranges = readonly { readonly start: number; readonly end: number; readonly step: number }[];

/**
 * The times of a schedule as a cron line. Temporal keeps no cron lines but what they stand for; what somebody has put
 * there by hand and no cron line can say is told in Temporal's own form.
 */
export function cronOfSpec(spec: Spec): string {
  const [calendar, ...more] = spec.calendars ?? [];
  const simple =
    calendar &&
    more.length === 0 &&
    isEmpty(spec.intervals) &&
    isEmpty(spec.skip) &&
    isEmpty(calendar.year) &&
    calendar.second.every(({ start, end }) => start === 0 && end <= 0) &&
    !spec.startAt &&
    !spec.endAt;
  if (simple) return cronText(fieldsOf(calendar));
  const { timezone: _, jitter: __, ...times } = spec;
  return `not a cron line: ${JSON.stringify(times)}`;
}

const isEmpty = (list: readonly unknown[] | undefined): boolean => (list ?? []).length === 0;

const fieldsOf = ({ minute, hour, dayOfMonth, month, dayOfWeek }: Calendar) =>
  [minute, hour, dayOfMonth, numbered(month, MONTHS, 1), numbered(dayOfWeek, DAYS_OF_WEEK, 0)].map(valuesOf);

/** Names back to numbers. */
const numbered = <Name extends string>(
  ranges: readonly { readonly start: Name; readonly end: Name; readonly step: number }[],
  names: readonly Name[],
  first: number,
): Ranges =>
  ranges.map(({ start, end, step }) => ({
    start: names.indexOf(start) + first,
    end: names.indexOf(end) + first,
    step,
  }));

function valuesOf(ranges: Ranges): Set<number> {
  const values = new Set<number>();
  for (const { start, end, step } of ranges) {
    for (let value = start; value <= Math.max(start, end); value += Math.max(1, step)) values.add(value);
  }
  return values;
}
