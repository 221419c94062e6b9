import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '#domain/errors';
import type { DateRange } from '#domain/period/date-range';
import type { Databases } from '../databases.ts';
import type { Both } from '../dialect.ts';
import { refuseOtherBooks } from '../manifest/loads.ts';
import { readColumnRecords } from '../manifest/targets.ts';
import { declaredFinder } from '../tables/declared-columns.ts';
import { deleteRows } from '../tables/target-rows.ts';
import { changeTarget } from './change-target.ts';
import type { ForgottenChange } from './mark-change.ts';

/** Days of a river, and where its rows bear them. */
export interface DaysToForget {
  readonly river: string;
  readonly table: string;
  readonly dayColumn: string;
  readonly days: DateRange;
}

/**
 * Deletes a river's rows of these days from its target and marks the days forgotten, with the lock of every commit: a chunk is
 * loaded before it, and then goes, or after it, and then is there. Says how many rows.
 */
export async function deleteLoadedDays(
  databases: Databases,
  { river, table, dayColumn, days }: DaysToForget,
): Promise<number> {
  const { place } = databases.target;
  const forget = async (both: Both): Promise<ForgottenChange> => {
    const { books, target } = both;
    if (!databases.areApart) await refuseOtherBooks(both, [table]);
    const columns = await target.dialect.readColumns(target, table);
    if (!columns) {
      throw new ConfigurationError(
        `The river ${river} has no rows to forget: there is no table ${table} in the ${place}.`,
        { facts: { river, table } },
      );
    }
    const records = await readColumnRecords(books, table);
    const find = declaredFinder(target.dialect, { columns, records });
    const lacking = ['_river', dayColumn].filter((name) => !find(name));
    if (lacking.length > 0) {
      throw new ConfigurationError(
        `The days of ${river} cannot be told apart in the table ${table} of the ${place}: it has no column ${lacking.join(', ')}.`,
        { facts: { river, table, lacking } },
      );
    }
    const column = find(dayColumn)?.name ?? dayColumn;
    // Rows are deleted here whatever the load mode is.
    const job = { table, load: 'replace', river, filled: [], dayColumn: column, days: [] } as const;
    await target.dialect.refuseLoading?.(target, job);
    const rows = await deleteRows(target, { table, river, days: { column, ...days } });
    const at = new Date().toISOString();
    return { kind: 'forgotten', river, table, runId: randomUUID(), chunk: 'forgotten', at, days, rows };
  };
  return (await changeTarget(databases, table, forget))?.rows ?? 0;
}
