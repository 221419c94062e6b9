import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { ConfigurationError } from '#domain/errors';
import type { DateRange, Day } from '#domain/period/date-range';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import { daysToCome, resolvePeriod } from '#domain/period/resolve-period';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import { effectiveReport } from '#domain/river/overrides';
import { readRunInput } from '#domain/river/read-run-input';
import type { River } from '#domain/river/river';

/** The first and last day that a person has named on the command line. */
export interface AskedDays {
  readonly start: string;
  readonly end: string;
}

/** Days of a river's target that a person is about to change by hand. */
export interface DaysOfTarget {
  readonly river: River;
  readonly setting: WarehouseSetting;
  readonly days: DateRange;
  /** Today in the river's time zone. */
  readonly today: Day;
  /** Days after today, which are left out; null where there are none. */
  readonly leftOut: DateRange | null;
}

/**
 * Reads the days that were asked for like a run's own period, with the same messages; those after the day of `now` are left out.
 * @throws ConfigurationError for what is no river, no period, or wholly in the future
 */
export function readAskedDays(
  configuration: Configuration,
  name: string,
  asked: AskedDays,
  now: Date,
): DaysOfTarget {
  const river = readRiver({ river: name, period: asked }, configuration);
  const { period = {}, schedule } = river;
  const today = resolveDay(now, resolveZone(period, schedule));
  const days = resolvePeriod(period, today);
  return {
    river,
    setting: readWarehouse(river, configuration),
    days,
    today,
    leftOut: daysToCome(period, today),
  };
}

/** The river as it is configured, and its report as it calls it. */
export function readConfigured(
  configuration: Configuration,
  name: string,
): { readonly river: River; readonly report: Report; readonly setting: WarehouseSetting } {
  const river = readRiver({ river: name }, configuration);
  const report = findReport(river.report);
  if (!report) throw new ConfigurationError(`The river ${name} names a report that does not exist.`);
  return {
    river,
    report: effectiveReport(report, river.overrides),
    setting: readWarehouse(river, configuration),
  };
}

function readRiver(input: object, configuration: Configuration): River {
  const read = readRunInput(input, configuration);
  if (read.kind !== 'run') throw new ConfigurationError('A retry names no river.');
  return read.river;
}

function readWarehouse({ name, target }: River, { warehouses }: Configuration): WarehouseSetting {
  const setting = warehouses.get(target.warehouse);
  if (!setting) throw new ConfigurationError(`River ${name} names a warehouse that does not exist.`);
  return setting;
}
