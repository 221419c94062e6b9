import type { Client } from '@temporalio/client';

/** A schedule that starts rivers, whoever made it. */
export interface ScheduleLine {
  readonly schedule: string;
  readonly paused: boolean;
  /** ISO 8601; null where it never comes. */
  readonly next: string | null;
  readonly last: string | null;
}

/** Every schedule that starts `riverRun`, those made by hand included. */
export async function listSchedules(client: Client): Promise<ScheduleLine[]> {
  const lines: ScheduleLine[] = [];
  for await (const { scheduleId, action, state, info } of client.schedule.list()) {
    if (action?.workflowType !== 'riverRun') continue;
    lines.push({
      schedule: scheduleId,
      paused: state.paused,
      next: info.nextActionTimes[0]?.toISOString() ?? null,
      last: info.recentActions.at(-1)?.scheduledAt.toISOString() ?? null,
    });
  }
  return lines.sort((a, b) => a.schedule.localeCompare(b.schedule));
}
