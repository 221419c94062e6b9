import { findReport } from '#domain/catalogue/index';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import { isTracked, type LoadedDays, warnOfDaysLoadedOtherwise } from '#domain/run/loaded-days';
import { openWarehouse } from '#warehouse/open-warehouse';
import type { OpenWarehouse } from '#warehouse/warehouse';

/** What a river has loaded, read from its warehouse; changes nothing there. */
export async function readTrackOf(
  { warehouses }: Configuration,
  { name, target }: River,
): Promise<LoadedDays> {
  const setting = warehouses.get(target.warehouse);
  if (!setting) throw new ConfigurationError(`River ${name} names a warehouse that is not there.`);
  const warehouse = await openWarehouse(setting);
  try {
    return await warehouse.loadedDays(name, target.table);
  } finally {
    await warehouse.close();
  }
}

/** What there is to say of the tracked rivers of a warehouse: days that were loaded as the river no longer says. */
export async function warningsOfTracks(warehouse: OpenWarehouse, rivers: Iterable<River>): Promise<string[]> {
  const warnings: string[] = [];
  for (const river of rivers) {
    const report = findReport(river.report);
    if (!report || !isTracked(river, report)) continue;
    const warning = warnOfDaysLoadedOtherwise(
      await warehouse.loadedDays(river.name, river.target.table),
      river,
    );
    if (warning !== undefined) warnings.push(warning);
  }
  return warnings;
}
