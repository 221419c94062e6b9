import { type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { msToTs, optionalTsToDate } from '@temporalio/common/lib/time.js';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import type { TemporalClient } from '../connect-temporal.ts';
import type { ScheduledRiver } from './schedule-terms.ts';

const prefix = 'river/';

/** The id of a river's schedule. */
export const toScheduleId = (river: string): string => `${prefix}${river}`;

/** Marks a schedule as made by River; River never touches any other, whatever its id. */
export const scheduleMemo = (river: string) => ({ madeBy: 'river schedule apply', river });

/** A schedule of a river: as the configuration has it, as Temporal has it, or both. */
export interface KnownSchedule {
  readonly river: string;
  readonly id: string;
  /** Undefined where the configuration has no such river, or the river has no schedule. */
  readonly wanted: ScheduledRiver | undefined;
  /** Undefined where it is not created yet. */
  readonly found: ScheduleDescription | undefined;
}

/** All schedules of the configuration, in its order, then those that River made for rivers which it no longer has. */
export async function listKnownSchedules(
  temporal: TemporalClient,
  configuration: Configuration,
): Promise<KnownSchedule[]> {
  const wanted = [...configuration.rivers.values()].filter(isScheduled);
  const names = new Set(wanted.map(({ name }) => name));
  for await (const { scheduleId, memo } of temporal.client.schedule.list()) {
    if (isOurs(scheduleId, memo)) names.add(scheduleId.slice(prefix.length));
  }
  const known: KnownSchedule[] = [];
  for (const river of names) {
    const schedule = {
      river,
      id: toScheduleId(river),
      wanted: wanted.find(({ name }) => name === river),
      found: await describeSchedule(temporal, river),
    };
    // Temporal's list is eventually consistent: a schedule that was just deleted may still be in it.
    if (schedule.wanted || schedule.found) known.push(schedule);
  }
  return known;
}

/** A river's schedule as Temporal has it, or undefined. Throws where another tool has made a schedule with this id. */
export async function describeSchedule(
  { client }: TemporalClient,
  river: string,
): Promise<ScheduleDescription | undefined> {
  const id = toScheduleId(river);
  try {
    const found = await client.schedule.getHandle(id).describe();
    if (isOurs(id, found.memo)) return found;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
  throw new ConfigurationError(
    `The schedule ${id} was not made by \`river schedule apply\`, so River does not change it. Delete it in Temporal, or give it another id.`,
  );
}

export const isScheduled = (river: { readonly schedule?: unknown }): river is ScheduledRiver =>
  river.schedule !== undefined;

const isOurs = (id: string, memo: Record<string, unknown> | undefined): boolean =>
  id.startsWith(prefix) && memo?.madeBy === scheduleMemo('').madeBy;

/** Starts of a river's schedule that wait for the end of a run. */
export interface WaitingStarts {
  readonly river: string;
  readonly starts: number;
  /** The run that they wait for. */
  readonly workflowId: string;
}

/** What Temporal appends to the workflow id of a scheduled run. */
const scheduledTime = /-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The starts that wait in the schedule to which a run of this workflow id belongs; undefined where none waits. */
export async function findStartsBehind(
  { client }: TemporalClient,
  workflowId: string,
): Promise<WaitingStarts | undefined> {
  if (!scheduledTime.test(workflowId)) return undefined;
  const river = workflowId.replace(scheduledTime, '');
  try {
    const { raw, info } = await client.schedule.getHandle(toScheduleId(river)).describe();
    const starts = Number(raw.info?.bufferSize ?? 0);
    const [running] = info.runningActions;
    return starts > 0 && running ? { river, starts, workflowId: running.workflow.workflowId } : undefined;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** When Temporal would start a river, after `from` and up to `to` (milliseconds); at most a thousand times. */
export async function listMatchingTimes(
  { client, namespace }: TemporalClient,
  river: string,
  from: number,
  to: number,
): Promise<string[]> {
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    namespace,
    scheduleId: toScheduleId(river),
    startTime: msToTs(from),
    endTime: msToTs(to),
  });
  return (startTime ?? []).flatMap((at) => optionalTsToDate(at)?.toISOString() ?? []);
}
