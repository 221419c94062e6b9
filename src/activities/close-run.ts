import { resultOf } from '../domain/run/result-of.ts';
import type { RunResult } from '../domain/run/run-result.ts';
import type { CloseRunRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import { readOpenedRun } from './report-of-run.ts';

/** Ends a run in the manifest, drops its staging and sums it up from what the manifest holds. */
export const closeRun =
  (ports: ActivityPorts) =>
  async ({ run, status, error, finishedAt }: CloseRunRequest): Promise<RunResult> => {
    const warehouse = await ports.warehouse(run.warehouse);
    if (error !== null) await warehouse.failUnloadedChunks(run.runId, error);
    await warehouse.closeRun(run.runId, status, finishedAt);
    const stored = await readOpenedRun(warehouse, run.runId);
    return resultOf(stored, await warehouse.summariseRun(run.runId));
  };
