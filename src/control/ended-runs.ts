import type { OrphanedRun } from '#domain/run/stored-run';
import { withTemporalIfThere } from './connect-temporal.ts';
import { endInTemporal } from './end-in-temporal.ts';

/**
 * Which of the runs that a manifest calls open have ended by Temporal's word, such as those that were terminated.
 * One that it cannot be asked about counts as open. Undefined where Temporal is away. It is asked only where there are any.
 */
export async function endedRuns(
  open: readonly Pick<OrphanedRun, 'runId' | 'workflowId'>[],
): Promise<ReadonlySet<string> | undefined> {
  if (open.length === 0) return new Set();
  return withTemporalIfThere(async (temporal) => {
    if (!temporal) return undefined;
    const ended = await Promise.all(
      open.map(async (run) => {
        const end = await endInTemporal(temporal.client, run).catch(() => undefined);
        return end ? [run.runId] : [];
      }),
    );
    return new Set(ended.flat());
  });
}
