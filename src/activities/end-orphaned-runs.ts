import { setTimeout as sleep } from 'node:timers/promises';
import { RiverError } from '#domain/errors';
import type { ActivityPorts } from './ports.ts';
import type { RunOpening } from './warehouse-ports.ts';

/** Runs asked after at a time, and for how long a run that is opened waits for all that. */
const [askedAtOnce, withinMs] = [20, 5_000];

/**
 * A run that was terminated could neither close itself in the manifest nor clean up; the next one in its warehouse does.
 * One that Temporal cannot be asked about counts as open, and however many there are, the run that is opened goes on soon:
 * what is not closed by then is left to the next.
 */
export async function endOrphanedRuns(
  { runs }: Pick<ActivityPorts, 'runs'>,
  warehouse: Pick<RunOpening, 'readOrphanedRuns' | 'endOrphanedRun'>,
  ownRunId: string,
): Promise<void> {
  const left = (await warehouse.readOrphanedRuns()).filter(({ runId }) => runId !== ownRunId);
  const timer = new AbortController();
  const lane = async () => {
    for (let run = left.pop(); run && !timer.signal.aborted; run = left.pop()) {
      const end = await runs.endOf(run).catch(() => undefined);
      const moved = end && (await warehouse.endOrphanedRun(run, end).catch(leaveToNext));
      if (moved) left.push(moved);
    }
  };
  const isTime = sleep(withinMs, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([Promise.all(Array.from({ length: askedAtOnce }, lane)), isTime]);
  timer.abort();
}

function leaveToNext(error: unknown): undefined {
  if (!(error instanceof RiverError)) throw error;
}
