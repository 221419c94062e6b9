import type { ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { readRunInput } from '#domain/river/read-run-input';
import type { TemporalClient } from '../connect-temporal.ts';
import { describeSchedule, scheduleIdOf } from './known-schedules.ts';

/** What a person does with one schedule. */
export type ScheduleAct = 'pause' | 'resume' | 'trigger' | 'delete';

/** Does it; throws ConfigurationError where the river is unknown or has no schedule in Temporal. */
export async function actOnSchedule(
  temporal: TemporalClient,
  configuration: Configuration,
  river: string,
  act: ScheduleAct,
): Promise<void> {
  const { handle, found } = await scheduleOf(temporal, configuration, river);
  switch (act) {
    case 'pause':
      return handle.pause('Paused by `river schedule pause`');
    case 'resume':
      return handle.unpause('Resumed by `river schedule resume`');
    case 'trigger':
      // By its own overlap policy: the client's default would start it beside a run that is under way.
      return handle.trigger(found.policies.overlap);
    case 'delete':
      return handle.delete();
  }
}

/** The schedule of a river as Temporal has it, or the sentence that says why there is none. */
export async function scheduleOf(
  temporal: TemporalClient,
  configuration: Configuration,
  river: string,
): Promise<{ readonly handle: ScheduleHandle; readonly found: ScheduleDescription }> {
  const found = await describeSchedule(temporal, river);
  if (found) return { found, handle: temporal.client.schedule.getHandle(scheduleIdOf(river)) };
  // Says which rivers there are, where this is none of them.
  readRunInput({ river }, configuration);
  const advice = configuration.rivers.get(river)?.schedule
    ? 'Make it: river schedule apply'
    : `Write \`schedule: { cron: "0 6 * * *" }\` into the river, then: river schedule apply`;
  throw new ConfigurationError(`The river ${river} has no schedule in Temporal. ${advice}`);
}
