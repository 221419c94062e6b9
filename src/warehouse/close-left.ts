import type { EndOfRun, OrphanedRun } from '#domain/run/stored-run';
import type { Tables } from './dialect.ts';
import { closeRun } from './statements/close-run.ts';
import { leftRuns, lockRun } from './statements/left-runs.ts';
import { dropStaging } from './statements/staging-table.ts';

/**
 * Closes a run that could not close itself, and drops its staging. How it has ended was asked before, while nothing was
 * locked: one that has begun, staged or ended something since stays open and is given as it is now. A Reset may have begun
 * it again, or a last call of it was under way; asked once more, Temporal says which.
 */
export async function closeLeft(
  tables: Tables,
  { runId, place }: OrphanedRun,
  end: EndOfRun,
): Promise<OrphanedRun | undefined> {
  await lockRun(tables, runId);
  const [now] = await leftRuns(tables, runId);
  if (now?.place !== place) return now;
  await closeRun(tables, runId, end.status, end.at);
  await dropStaging(tables, runId);
  return undefined;
}
