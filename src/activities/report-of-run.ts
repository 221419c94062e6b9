import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { ConfigurationError, OtherVersionError } from '#domain/errors';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import type { StoredRun } from '#domain/run/stored-run';
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
  return understood(stored);
}

/** The same run, where this version knows all that it says; else it is left to a worker of the version that wrote it. */
export function understood(run: StoredRun): StoredRun {
  if (run.unread === undefined) return run;
  throw new OtherVersionError(
    `Another version of River has written the run ${run.workflowId}, and this one cannot read its ${run.unread}: it is left to workers of that version.`,
  );
}
