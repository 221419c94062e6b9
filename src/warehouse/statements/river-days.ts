import type { DateRange, Day } from '#domain/period/date-range';
import type { Tables } from '../dialect.ts';

const rowsAtATime = 400;

/** Whose days, and which of them; all where there are no bounds. */
interface DaysOfRiver {
  readonly river: string;
  readonly table: string;
  readonly between: DateRange | null;
}

export async function deleteDays(tables: Tables, days: DaysOfRiver): Promise<void> {
  await daysIn(tables, days).delete();
}

/** A table that is gone has no days loaded, whichever rivers had filled it. */
export async function forgetTable(tables: Tables, table: string): Promise<void> {
  await tables.from('river_days').where({ table }).delete();
}

export async function insertDays(
  tables: Tables,
  of: { readonly river: string; readonly table: string; readonly run: string; readonly chunk: string },
  days: ReadonlyMap<Day, number>,
  loadedAt: string,
  completeUpTo: Day | null = null,
): Promise<void> {
  const rows = [...days].map(([day, count]) => ({
    ...of,
    day,
    rows: count,
    provisional: completeUpTo !== null && day > completeUpTo,
    loaded_at: loadedAt,
  }));
  for (let from = 0; from < rows.length; from += rowsAtATime) {
    await tables.from('river_days').insert(rows.slice(from, from + rowsAtATime));
  }
}

function daysIn(tables: Tables, { river, table, between }: DaysOfRiver) {
  const days = tables.from('river_days').where({ river, table });
  return between === null ? days : days.whereBetween('day', [between.start, between.end]);
}
