import { type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import type { TemporalClient } from '../connect-temporal.ts';
import type { ScheduledRiver } from './schedule-terms.ts';

const prefix = 'river/';

/** The id of a river's schedule. */
export const scheduleIdOf = (river: string): string => `${prefix}${river}`;

/** What marks a schedule as made by River; others are never touched, whatever their ids. */
export const memoOf = (river: string) => ({ madeBy: 'river schedule apply', river });

/** A schedule of a river: as the configuration has it, as Temporal has it, or both. */
export interface KnownSchedule {
  readonly river: string;
  readonly id: string;
  /** Undefined where the configuration has no such river, or the river no schedule. */
  readonly wanted: ScheduledRiver | undefined;
  /** Undefined where it is not made yet. */
  readonly found: ScheduleDescription | undefined;
}

/** All that the configuration wants, in its order, then those that River made for rivers which it no longer has. */
export async function knownSchedules(
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
      id: scheduleIdOf(river),
      wanted: wanted.find(({ name }) => name === river),
      found: await describeSchedule(temporal, river),
    };
    // The list lags behind: one that was just deleted may still be in it.
    if (schedule.wanted || schedule.found) known.push(schedule);
  }
  return known;
}

/** A river's schedule as Temporal has it; undefined where it is not there. Refuses one that somebody else made under this id. */
export async function describeSchedule(
  { client }: TemporalClient,
  river: string,
): Promise<ScheduleDescription | undefined> {
  const id = scheduleIdOf(river);
  try {
    const found = await client.schedule.getHandle(id).describe();
    if (isOurs(id, found.memo)) return found;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
  throw new ConfigurationError(
    `The schedule ${id} was not made by \`river schedule apply\`, so River leaves it alone. Delete it in Temporal, or give it another id.`,
  );
}

export const isScheduled = (river: { readonly schedule?: unknown }): river is ScheduledRiver =>
  river.schedule !== undefined;

const isOurs = (id: string, memo: Record<string, unknown> | undefined): boolean =>
  id.startsWith(prefix) && memo?.madeBy === memoOf('').madeBy;
