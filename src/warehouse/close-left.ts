import type { EndOfRun, LeftRun } from '../domain/run/left-run.ts';
import type { Tables } from './dialect.ts';
import { closeRun } from './statements/close-run.ts';
import { lockedProgress } from './statements/left-runs.ts';
import { dropStaging } from './statements/staging-table.ts';

/**
 * Closes a run that could not close itself, and drops its staging; unless it has done something since it was
 * looked at: then a Reset lets it go on, and what it stages is needed.
 */
export async function closeLeft(tables: Tables, run: LeftRun, end: EndOfRun): Promise<void> {
  if ((await lockedProgress(tables, run.runId)) !== run.progress) return;
  await closeRun(tables, run.runId, end.status, end.at);
  await dropStaging(tables, run.runId);
}
