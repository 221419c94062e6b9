import type { Scope } from '#domain/call/scope';
import { RowShapeError } from '#domain/errors';
import { type Day, daysOf } from '#domain/period/date-range';
import type { RowsByDay } from '#domain/run/replaced-rows';

/**
 * What a chunk has staged, for each of its days, those without rows included; under null where it has none. Rows of
 * another day are refused: they would not be removed when these days are loaded again.
 */
export function countByDay(scope: Scope | null, staged: RowsByDay, table: string): Map<Day | null, number> {
  if (scope === null) return new Map([[null, [...staged.values()].reduce((sum, rows) => sum + rows, 0)]]);
  const days = new Map<Day | null, number>([...daysOf(scope)].map((day) => [day, 0]));
  for (const [day, rows] of staged) {
    if (rows > 0 && !days.has(day)) {
      throw new RowShapeError(
        `${rows} rows for ${table} have ${day === null ? 'no day' : `the day ${day}`} in ${scope.column}, ` +
          `and the chunk is ${scope.start} to ${scope.end}.`,
        { facts: { table, column: scope.column, day, rows } },
      );
    }
    if (days.has(day)) days.set(day, rows);
  }
  return days;
}
