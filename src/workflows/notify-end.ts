import { ActivityFailure, CancellationScope, patched } from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';
import type { RunResult } from '#domain/run/run-result';
import { notifyRefusal, notifyRun } from './activities.ts';

const channels = ['webhook', 'slack'] as const;

/** Tells those who are to be told how the run has ended. Whether that succeeds is no matter of the run's. */
export async function notifyEnd({ run, notify }: OpenedRun, result: RunResult): Promise<void> {
  if (!notify) return;
  await tellEach(notify, (to) => notifyRun.executeWithOptions({ summary: to }, [{ run, to, result }]));
}

/** The same of a run that failed before it was opened: who is told nobody has looked up yet. */
export async function notifyRefused(result: RunResult, error: string): Promise<void> {
  if (result.river === '' || !patched('tells-of-refusals')) return;
  await tellEach(channels, (to) =>
    notifyRefusal.executeWithOptions({ summary: to }, [{ to, result, error }]),
  );
}

async function tellEach<T>(all: readonly T[], tell: (to: T) => Promise<unknown>): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    Promise.all(
      all.map((to) =>
        tell(to).catch((error: unknown) => {
          if (!(error instanceof ActivityFailure)) throw error;
        }),
      ),
    ),
  );
}
