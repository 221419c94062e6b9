import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { describeTable } from '#domain/column/river-table';
import { ConfigurationError, OtherVersionError, SchemaConflictError } from '#domain/errors';
import type { DateRange } from '#domain/period/date-range';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import { isTracked, warnOfDaysLoadedOtherwise } from '#domain/run/loaded-days';
import { planDays } from '#domain/run/plan-run';
import type { OpenWarehouse } from '#warehouse/open-warehouse';

/** Days of tracked rivers that were loaded with other settings than the river has now. */
export async function warnOfLoadedDays(
  warehouse: OpenWarehouse,
  rivers: readonly River[],
): Promise<string[]> {
  const warnings: string[] = [];
  for (const river of rivers) {
    const report = findReport(river.report);
    if (!report || !isTracked(river, report)) continue;
    const loadedDays = await warehouse.readLoadedDays(river.name, river.target.table);
    const warning = warnOfDaysLoadedOtherwise(loadedDays, river);
    if (warning !== undefined) warnings.push(warning);
  }
  return warnings;
}

/** What the rivers would add to existing tables, and what would not fit into them. Throws all that no run would get past, together. */
export async function previewTargets(
  warehouse: OpenWarehouse,
  filling: readonly River[],
  now: Date,
): Promise<string[]> {
  const previews: string[] = [];
  const faults: (readonly [river: string, fault: ConfigurationError | SchemaConflictError])[] = [];
  for (const river of filling) {
    const declared = findReport(river.report);
    if (!declared) continue;
    const report = effectiveReport(declared, river.overrides);
    try {
      const days = await planDaysNow(warehouse, river, report, now);
      const found = await warehouse.previewTable(river, describeTable(report, river), days);
      previews.push(...found.map((each) => `${river.name}: ${each}`));
    } catch (error) {
      if (!isOfTable(error)) throw error;
      faults.push([river.name, error]);
    }
  }
  const [first, ...others] = faults;
  if (!first) return previews;
  if (others.length === 0) throw first[1];
  const message = faults.map(([river, fault]) => `${river}: ${fault.message}`).join('\n');
  const isConfigured = faults.some(([, fault]) => fault instanceof ConfigurationError);
  throw isConfigured ? new ConfigurationError(message) : new SchemaConflictError(message);
}

/** Of one river's table; what concerns the whole warehouse is told once. */
const isOfTable = (error: unknown): error is ConfigurationError | SchemaConflictError =>
  (error instanceof ConfigurationError && !(error instanceof OtherVersionError)) ||
  error instanceof SchemaConflictError;

/** What a run would load that began now; nothing where its period is a fault, which is told elsewhere. */
async function planDaysNow(
  warehouse: OpenWarehouse,
  river: River,
  report: Report,
  now: Date,
): Promise<readonly DateRange[]> {
  try {
    const day = resolveDay(now, resolveZone(river.period, river.schedule));
    const loadedDays = isTracked(river, report)
      ? await warehouse.readLoadedDays(river.name, river.target.table)
      : undefined;
    return planDays(river, report, day, loadedDays).pulls;
  } catch (error) {
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}
