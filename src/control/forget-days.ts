import { findDayColumn } from '#domain/call/scope';
import { nameInTable } from '#domain/column/chosen-columns';
import { ConfigurationError } from '#domain/errors';
import { type DateRange, dayCount } from '#domain/period/date-range';
import type { Configuration } from '#domain/river/configuration';
import { type AskedDays, readAskedDays, readConfigured } from './asked-days.ts';

/** What `river forget` has done. */
export interface Forgotten {
  readonly river: string;
  readonly warehouse: string;
  readonly table: string;
  readonly period: DateRange;
  /** How many days were forgotten, with rows or without. */
  readonly days: number;
  /** How many rows were deleted. */
  readonly rows: number;
  /** Days after today, which are left out; null where there are none. */
  readonly leftOut: DateRange | null;
}

/** Deletes a river's rows of these days from its target, and leaves the days out of its tracking. */
export async function forgetDays(
  configuration: Configuration,
  name: string,
  asked: AskedDays,
  now: Date,
): Promise<Forgotten> {
  const dayColumn = readDayColumn(configuration, name);
  const { river, setting, days, leftOut } = readAskedDays(configuration, name, asked, now);
  const { openWarehouse } = await import('#warehouse/open-warehouse');
  const warehouse = await openWarehouse(setting);
  try {
    const { table } = river.target;
    const rows = await warehouse.deleteLoadedDays({ river: name, table, dayColumn, days });
    return { river: name, warehouse: setting.name, table, period: days, days: dayCount(days), rows, leftOut };
  } finally {
    await warehouse.close();
  }
}

function readDayColumn(configuration: Configuration, name: string): string {
  const { river, report } = readConfigured(configuration, name);
  const column = findDayColumn(report);
  if (column) return nameInTable(river.columns, column);
  throw new ConfigurationError(
    `The report ${river.report} of ${name} has no period, so no days of it can be forgotten. Its rows are replaced by the next run.`,
  );
}
