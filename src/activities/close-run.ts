import { buildResult } from '#domain/run/build-result';
import { countPlannedCalls, listDataCallNames } from '#domain/run/plan-run';
import type { RunResult } from '#domain/run/run-result';
import type { CloseRunRequest } from './contract.ts';
import { readOpenedRun } from './opened-run.ts';
import type { RunEnding, Warehouses } from './warehouse-ports.ts';

/**
 * Ends a run in the manifest, drops its staging and sums it up from what the manifest holds. A run that came to its
 * end has failed all the same where not all of its chunks are loaded: some may have failed before a Reset.
 */
export const closeRun =
  (ports: Warehouses<RunEnding>) =>
  async ({ run, status, error, finishedAt }: CloseRunRequest): Promise<RunResult> => {
    const warehouse = await ports.warehouse(run.warehouse);
    if (error !== null) await warehouse.markAllFailed(run.runId, error);
    const summary = await warehouse.summariseRun(run.runId);
    const { total, loaded, skipped } = summary.chunks;
    const isComplete = loaded + skipped === total && (skipped > 0 || summary.overwritten !== false);
    const lacks = status === 'succeeded' && !isComplete;
    await warehouse.endRun(run.runId, lacks ? 'failed' : status, finishedAt);
    await warehouse.pruneRuns(new Date(finishedAt));
    const stored = await readOpenedRun(warehouse, run.runId);
    const counts = await warehouse.countRequests(run.runId, listDataCallNames(stored.river));
    // What a retry was to pull is not what its original planned.
    const planned = stored.retryOf ? null : countPlannedCalls(stored);
    return buildResult(stored, summary, { planned, ...counts });
  };
