import { effectiveReport } from '../domain/call/effective-report.ts';
import { findReport } from '../domain/catalogue/index.ts';
import type { Report } from '../domain/catalogue/report.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { River } from '../domain/river/river.ts';
import type { StoredRun } from '../domain/run/stored-run.ts';
import type { Warehouse } from './ports.ts';

/** The report that a river pulls, with the river's overrides applied. */
export function reportOfRiver(river: River): Report {
  const report = findReport(river.report);
  if (!report)
    throw new ConfigurationError(
      `River ${river.name} names the report ${river.report}, which this version of River does not have.`,
    );
  return effectiveReport(report, river.overrides);
}

/** The run as it was opened. Its absence means that somebody removed it from the manifest. */
export async function readOpenedRun(warehouse: Warehouse, runId: string): Promise<StoredRun> {
  const stored = await warehouse.readRun(runId);
  if (!stored)
    throw new ConfigurationError(
      `The run ${runId} is not in the manifest (table river_runs): it was removed while under way.`,
    );
  return stored;
}
