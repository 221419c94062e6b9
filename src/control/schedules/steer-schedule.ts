import { type Client, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { ConfigurationError } from '../../domain/errors.ts';
import type { Day } from '../../domain/period/day.ts';
import { edgesOf } from '../../domain/period/edges.ts';
import { scheduleId } from './schedule-of-river.ts';

/** Stops a river's schedule from starting runs, until it is resumed. */
export const pauseSchedule = (client: Client, river: string): Promise<void> =>
  withSchedule(client, river, (handle) => handle.pause('by river schedule pause'));

export const resumeSchedule = (client: Client, river: string): Promise<void> =>
  withSchedule(client, river, (handle) => handle.unpause('by river schedule resume'));

/** Starts a run now, as the schedule would. */
export const triggerSchedule = (client: Client, river: string): Promise<void> =>
  withSchedule(client, river, (handle) => handle.trigger());

export const deleteSchedule = (client: Client, river: string): Promise<void> =>
  withSchedule(client, river, (handle) => handle.delete());

/**
 * Starts the runs that the schedule would have started on these days of its own time zone, both included, one after the
 * other. Each takes its day from its scheduled time.
 */
export const backfillSchedule = (
  client: Client,
  river: string,
  days: { readonly first: Day; readonly last: Day },
): Promise<void> =>
  withSchedule(client, river, async (handle) => {
    const { spec } = await handle.describe();
    const { from, until } = edgesOf(days, { timezone: spec.timezone || 'UTC' });
    await handle.backfill({
      // Temporal leaves out the instant at which it starts.
      start: new Date(from - 1),
      end: new Date(until - 1),
      overlap: 'BUFFER_ALL',
    });
  });

async function withSchedule(
  client: Client,
  river: string,
  work: (handle: ScheduleHandle) => Promise<unknown>,
): Promise<void> {
  try {
    await work(client.schedule.getHandle(scheduleId(river)));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new ConfigurationError(
      `River ${river} has no schedule in Temporal. \`river schedule list\` shows those there are; \`river schedule apply\` makes them as the configuration file says.`,
      { cause: error },
    );
  }
}
