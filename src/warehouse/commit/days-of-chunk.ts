import { RowShapeError } from '../../domain/errors.ts';
import { toCalendar, toDay } from '../../domain/period/calendar.ts';
import type { Day, Stretch } from '../../domain/period/day.ts';
import type { Warning } from '../../domain/run/run-result.ts';

/** Every day from the first to the last. */
export function daysOf({ first, last }: Stretch): Day[] {
  const days: Day[] = [];
  for (let day = toCalendar(first); day && toDay(day) <= last; day = day.add(1, 'day')) days.push(toDay(day));
  return days;
}

/**
 * The rows of each day, days without rows included. A row of another day is refused: it would not make way
 * when these days are loaded again. Without a stretch the days are those that the rows bear.
 */
export function countByDay(
  stretch: Stretch | null,
  counted: ReadonlyMap<string | null, number>,
  where: { readonly table: string; readonly column: string },
): Map<Day, number> {
  const days = new Map(stretch === null ? [] : daysOf(stretch).map((day) => [day, 0]));
  for (const [day, rows] of counted) {
    if (day === null || (stretch !== null && !days.has(day))) {
      throw new RowShapeError(
        `${rows} rows for ${where.table} have ${day === null ? 'no day' : `the day ${day}`} in ${where.column}` +
          `${stretch === null ? '' : `, and the chunk is ${stretch.first} to ${stretch.last}`}.`,
        { facts: { ...where, day, rows } },
      );
    }
    days.set(day, rows);
  }
  return days;
}

interface Counted {
  readonly rows: number;
  readonly byDay: ReadonlyMap<Day, number>;
}

/** Says where rows made way and none came: each unbroken stretch of days once, or the table's where there are no days. */
export function warningsOfEmptied(table: string, before: Counted, after: Counted): Warning[] {
  if (before.byDay.size === 0 && after.byDay.size === 0) {
    const emptied = before.rows > 0 && after.rows === 0;
    return emptied ? [replacedByNone(null, null, before.rows, table)] : [];
  }
  return emptiedStretches(before.byDay, after.byDay).map(({ first, last, rows }) =>
    replacedByNone(first, last, rows, first === last ? first : `${first} to ${last}`),
  );
}

function replacedByNone(start: Day | null, end: Day | null, rows: number, what: string): Warning {
  return { start, end, message: `${rows} ${rows === 1 ? 'row' : 'rows'} of ${what} made way for none.` };
}

function emptiedStretches(
  before: ReadonlyMap<Day, number>,
  after: ReadonlyMap<Day, number>,
): { first: Day; last: Day; rows: number }[] {
  const emptied: { first: Day; last: Day; rows: number }[] = [];
  for (const day of [...before.keys()].sort()) {
    const rows = before.get(day) ?? 0;
    if (rows === 0 || (after.get(day) ?? 0) > 0) continue;
    const open = emptied.at(-1);
    if (open && toCalendar(day)?.diff(toCalendar(open.last), 'day') === 1) {
      open.last = day;
      open.rows += rows;
    } else emptied.push({ first: day, last: day, rows });
  }
  return emptied;
}
