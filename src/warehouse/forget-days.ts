import { ConfigurationError } from '#domain/errors';
import type { DateRange } from '#domain/period/date-range';
import type { Database } from './database.ts';
import { markForgotten } from './statements/forgotten-days.ts';
import { lockTarget } from './statements/lock-target.ts';
import { deleteDays } from './statements/river-days.ts';
import { columnFinder } from './tables/find-column.ts';

/** Days of a river, and where its rows bear them. */
export interface DaysToForget {
  readonly river: string;
  readonly table: string;
  readonly dayColumn: string;
  readonly days: DateRange;
}

/**
 * Deletes a river's rows of these days from its target and marks the days forgotten, in one transaction that begins with
 * the lock of every commit: a chunk is loaded before it, and then goes, or after it, and then is there. Says how many rows.
 */
export async function forgetDays(
  database: Database,
  { river, table, dayColumn, days }: DaysToForget,
): Promise<number> {
  return database.transact(async (tables) => {
    await lockTarget(tables, table);
    const columns = await tables.dialect.readColumns(tables, table);
    if (!columns) {
      throw new ConfigurationError(
        `The river ${river} has no rows to forget: there is no table ${table} in the ${database.place}.`,
        { facts: { river, table } },
      );
    }
    const find = columnFinder(tables.dialect, columns);
    const lacking = ['_river', dayColumn].filter((name) => !find(name));
    if (lacking.length > 0) {
      throw new ConfigurationError(
        `The days of ${river} cannot be told apart in the table ${table} of the ${database.place}: it has no column ${lacking.join(', ')}.`,
        { facts: { river, table, lacking } },
      );
    }
    const column = find(dayColumn)?.name ?? dayColumn;
    const rows = await tables.dialect.removeRows(tables, { table, river, days: { column, ...days } });
    await deleteDays(tables, { river, table, between: days });
    await markForgotten(tables, { river, table }, days, new Date().toISOString());
    return rows;
  });
}
