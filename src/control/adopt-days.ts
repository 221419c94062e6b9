import { findDayColumn } from '#domain/call/scope';
import { describeTable, findStoredDayColumn } from '#domain/column/river-table';
import { ConfigurationError } from '#domain/errors';
import type { DateRange } from '#domain/period/date-range';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import type { Configuration } from '#domain/river/configuration';
import { lastDayBeyondDoubt } from '#domain/run/freshness';
import { type AskedDays, readAskedDays, readConfigured } from './asked-days.ts';

/** What `river adopt` has done. */
export interface AdoptedDays {
  readonly river: string;
  readonly warehouse: string;
  readonly table: string;
  /** Null for a report whose rows bear no day. */
  readonly period: DateRange | null;
  /** Days with rows, which are loaded now by the manifest. Days without rows are not: the next run may load them. */
  readonly days: number;
  readonly rows: number;
  /** The run as which it stands in the manifest; null where nothing was to be adopted. */
  readonly workflowId: string | null;
  /** Days after today, which are left out; null where there are none. */
  readonly leftOut: DateRange | null;
}

/**
 * Makes the rows of these days that no river has loaded this river's. `asked` is undefined for a report whose rows bear no day.
 * @throws ConfigurationError for days that the report does not have, or lacks
 */
export async function adoptDays(
  configuration: Configuration,
  name: string,
  asked: AskedDays | undefined,
  now: Date,
): Promise<AdoptedDays> {
  const { river, report, setting } = readConfigured(configuration, name);
  const column = findStoredDayColumn(report, river);
  if (asked === undefined && column !== null) {
    throw new ConfigurationError(`Name the days of ${name} to adopt, with --start and --end (YYYY-MM-DD).`);
  }
  if (asked && column === null) {
    throw new ConfigurationError(
      `The rows of the report ${river.report} bear no day: leave --start and --end out, and all rows of the table become those of ${name}.`,
    );
  }
  const today = resolveDay(now, resolveZone(river.period, river.schedule));
  const named = asked && readAskedDays(configuration, name, asked, now);
  const { openWarehouse } = await import('#warehouse/open-warehouse');
  const warehouse = await openWarehouse(setting);
  try {
    const adopted = await warehouse.adoptRows({
      river,
      shape: describeTable(report, river),
      today,
      days: named && column !== null ? { column, range: named.days } : null,
      // What is appended is not loaded again.
      completeUpTo:
        findDayColumn(report) === null || river.target.load === 'append' ? null : lastDayBeyondDoubt(today),
    });
    return {
      river: name,
      warehouse: setting.name,
      table: river.target.table,
      period: named?.days ?? null,
      ...adopted,
      leftOut: named?.leftOut ?? null,
    };
  } finally {
    await warehouse.close();
  }
}
