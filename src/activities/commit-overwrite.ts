import { findManifestDayColumn } from '#domain/call/scope';
import { listKeyColumns } from '#domain/column/river-table';
import { RefusedError } from '#domain/errors';
import type { OverwriteOutcome } from '#domain/run/staged-page';
import type { RunRef } from './contract.ts';
import { readOpenedRun, reportOfRiver } from './opened-run.ts';
import type { ActivityPorts } from './ports.ts';
import { untilCancelled, untilStopped } from './stop-signals.ts';
import { tellLocks } from './tell-locks.ts';
import type { OverwriteStoring, Warehouses } from './warehouse-ports.ts';

/**
 * Replaces the content of a run's table with what its chunks have brought, once, where all of them are loaded: the last step of a run
 * in `overwrite` before it is closed. A run that lacks chunks leaves the table as it is.
 */
export const commitOverwrite =
  (ports: Pick<ActivityPorts, 'runs' | 'draining'> & Warehouses<OverwriteStoring>) =>
  (run: RunRef): Promise<OverwriteOutcome> =>
    untilStopped(ports, async ({ stop, onLocked }) => {
      const warehouse = await ports.warehouse(run.warehouse);
      const { river, freshness } = await readOpenedRun(warehouse, run.runId);
      const report = reportOfRiver(river);
      const request = {
        dayColumn: findManifestDayColumn(report),
        completeUpTo: freshness?.completeUpTo ?? null,
        key: listKeyColumns(report, river),
      };
      const cancelled = () =>
        new RefusedError(
          `The run was cancelled while ${river.target.table} waited for other sessions that use it.`,
        );
      return tellLocks(
        () => warehouse.findLockHolder(river.target.table),
        onLocked,
        () =>
          untilCancelled(ports, cancelled, (signal) =>
            warehouse.storeOverwrite(run.runId, request, AbortSignal.any([stop, signal])),
          ),
      );
    });
