import { ActivityFailure, CancellationScope } from '@temporalio/workflow';
import type { OpenedRun } from '../activities/contract.ts';
import type { RunResult } from '../domain/run/run-result.ts';
import { notifyRun } from './activities.ts';

/** Tells those who are to be told how the run has ended. Whether that succeeds is no matter of the run's. */
export async function notifyEnd({ run, notify }: OpenedRun, result: RunResult): Promise<void> {
  if (!notify) return;
  await CancellationScope.nonCancellable(() =>
    Promise.all(
      notify.map((to) =>
        notifyRun.executeWithOptions({ summary: to }, [{ run, to, result }]).catch((error: unknown) => {
          if (!(error instanceof ActivityFailure)) throw error;
        }),
      ),
    ),
  );
}
