import type { EndOfRun } from '../domain/run/left-run.ts';
import type { Tables } from './dialect.ts';
import { closeRun } from './statements/close-run.ts';
import { lockRun } from './statements/left-runs.ts';
import { dropStaging } from './statements/staging-table.ts';

/**
 * Closes a run that could not close itself, and drops its staging, where `endOf` says that it has ended. That is asked
 * under the run's lock: whoever lets it go on by a Reset had no time to stage what would be dropped here.
 */
export async function closeLeft(
  tables: Tables,
  runId: string,
  endOf: () => Promise<EndOfRun | undefined>,
): Promise<void> {
  await lockRun(tables, runId);
  const end = await endOf();
  if (!end) return;
  await closeRun(tables, runId, end.status, end.at);
  await dropStaging(tables, runId);
}
