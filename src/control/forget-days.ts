import { findDayColumn } from '#domain/call/scope';
import { findReport } from '#domain/catalogue/index';
import { nameInTable } from '#domain/column/chosen-columns';
import { ConfigurationError } from '#domain/errors';
import { type DateRange, dayCount } from '#domain/period/date-range';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import { daysToCome, resolvePeriod } from '#domain/period/resolve-period';
import type { Configuration } from '#domain/river/configuration';
import { effectiveReport } from '#domain/river/overrides';
import { readRunInput } from '#domain/river/read-run-input';
import type { River } from '#domain/river/river';
import { openWarehouse } from '#warehouse/open-warehouse';

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

/**
 * Deletes a river's rows of these days from its target, and leaves the days out of its tracking. The days are validated like a
 * run's own period, with the same messages; those after the day of `now` are left out.
 */
export async function forgetDays(
  configuration: Configuration,
  name: string,
  asked: { readonly start: string; readonly end: string },
  now: Date,
): Promise<Forgotten> {
  const dayColumn = readDayColumn(readRiver({ river: name }, configuration));
  const { target, period = {}, schedule } = readRiver({ river: name, period: asked }, configuration);
  const setting = configuration.warehouses.get(target.warehouse);
  if (!setting) throw new ConfigurationError(`River ${name} names a warehouse that does not exist.`);
  const today = resolveDay(now, resolveZone(period, schedule));
  const days = resolvePeriod(period, today);
  const warehouse = await openWarehouse(setting);
  try {
    const { table } = target;
    const rows = await warehouse.deleteLoadedDays({ river: name, table, dayColumn, days });
    return {
      river: name,
      warehouse: setting.name,
      table,
      period: days,
      days: dayCount(days),
      rows,
      leftOut: daysToCome(period, today),
    };
  } finally {
    await warehouse.close();
  }
}

function readRiver(input: object, configuration: Configuration): River {
  const read = readRunInput(input, configuration);
  if (read.kind !== 'run') throw new ConfigurationError('A retry names no river.');
  return read.river;
}

function readDayColumn({ name, report: slug, overrides, columns }: River): string {
  const report = findReport(slug);
  const column = report && findDayColumn(effectiveReport(report, overrides));
  if (column) return nameInTable(columns, column);
  throw new ConfigurationError(
    `The report ${slug} of ${name} has no period, so no days of it can be forgotten. Its rows are replaced by the next run.`,
  );
}
