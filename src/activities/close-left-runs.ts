import type { ActivityPorts, Warehouse } from './ports.ts';

/** A run that was terminated could neither close itself in the manifest nor clean up; the next one in its warehouse does. */
export async function closeLeftRuns(
  { runs }: Pick<ActivityPorts, 'runs'>,
  warehouse: Warehouse,
  ownRunId: string,
): Promise<void> {
  for (const left of await warehouse.leftRuns()) {
    if (left.runId === ownRunId || !(await runs.endOf(left))) continue;
    await warehouse.closeLeft(left.runId, () => runs.endOf(left));
  }
}
