import { ScheduleNotFoundError } from '@temporalio/client';
import type { TemporalClient } from '../connect-temporal.ts';
import { scheduleIdOf } from './known-schedules.ts';

/** Starts of a river's schedule that wait until a run of it has ended. */
export interface StartsBehind {
  readonly river: string;
  readonly starts: number;
  /** The run that they wait for. */
  readonly workflowId: string;
}

/** What Temporal appends to the ids of runs that a schedule starts. */
const scheduledAt = /-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The starts that wait in the schedule by which a run of this workflow id would be started; undefined where none waits. */
export async function startsBehind(
  { client }: TemporalClient,
  workflowId: string,
): Promise<StartsBehind | undefined> {
  if (!scheduledAt.test(workflowId)) return undefined;
  const river = workflowId.replace(scheduledAt, '');
  try {
    const { raw, info } = await client.schedule.getHandle(scheduleIdOf(river)).describe();
    const starts = Number(raw.info?.bufferSize ?? 0);
    const [running] = info.runningActions;
    return starts > 0 && running ? { river, starts, workflowId: running.workflow.workflowId } : undefined;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
