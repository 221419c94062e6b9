import { findManifestDayColumn } from '#domain/call/scope';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { type CoveredDay, coverDays } from '#domain/run/coverage';
import { readConfigured } from './asked-days.ts';
import { answerInTime, closeInTime } from './manifests.ts';

/** The days of a river that its table has, and those that a run had in its period. */
export interface RiverCoverage {
  readonly river: string;
  readonly warehouse: string;
  readonly table: string;
  readonly days: readonly CoveredDay[];
}

const allDays = { start: '0001-01-01', end: '9999-12-31' };

/** Reads a river's days from its manifest. Throws ConfigurationError for a report whose rows bear no day. */
export async function coverRiver(configuration: Configuration, name: string): Promise<RiverCoverage> {
  const { river, report, setting } = readConfigured(configuration, name);
  if (findManifestDayColumn(report) === null) {
    throw new ConfigurationError(
      `The rows of the report ${river.report} bear no day, so ${name} has no calendar of days.`,
    );
  }
  const { openWarehouse } = await import('#warehouse/open-warehouse');
  const warehouse = await openWarehouse(setting, { onlyReads: true });
  try {
    const { table } = river.target;
    const read = warehouse.readCoverage([{ river: name, table }], allDays);
    const facts = (await answerInTime(setting.name, read)).get(name);
    return {
      river: name,
      warehouse: setting.name,
      table,
      days: facts ? coverDays(facts, allDays) : [],
    };
  } finally {
    await closeInTime(warehouse);
  }
}
