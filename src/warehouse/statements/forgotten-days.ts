import { type DateRange, type Day, daysOf } from '#domain/period/date-range';
import type { Row, Tables } from '../dialect.ts';

const rowsAtATime = 400;

interface Target {
  readonly river: string;
  readonly table: string;
}

/** Marks days that a person has taken out of the target: tracking leaves them out, and they are no gaps. */
export async function markForgotten(tables: Tables, of: Target, days: DateRange, at: string): Promise<void> {
  let rows: Row[] = [];
  const insert = async () => {
    await tables.from('river_forgotten_days').insert(rows).onConflict(['river', 'table', 'day']).ignore();
    rows = [];
  };
  for (const day of daysOf(days)) {
    rows.push({ ...of, day, forgotten_at: at });
    if (rows.length === rowsAtATime) await insert();
  }
  if (rows.length > 0) await insert();
}

/** Days that are loaded again are no longer forgotten. */
export async function unmarkForgotten(tables: Tables, of: Target, { start, end }: DateRange): Promise<void> {
  await tables
    .from('river_forgotten_days')
    .where({ ...of })
    .whereBetween('day', [start, end])
    .delete();
}

/** The days of a river that are forgotten, in order. */
export async function forgottenDays(tables: Tables, river: string, table: string): Promise<Day[]> {
  const rows = await tables.from('river_forgotten_days').where({ river, table }).orderBy('day').select('day');
  return rows.map(({ day }) => String(day));
}
