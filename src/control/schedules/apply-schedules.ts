import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import type { Configuration } from '../../domain/river/configuration.ts';
import type { River, ScheduleSetting } from '../../domain/river/river.ts';
import {
  riverOfScheduleId,
  scheduleId,
  scheduleOfRiver,
  settingsMemo,
  settingsText,
} from './schedule-of-river.ts';

/** What `schedule apply` does with one schedule, or would. */
export interface ScheduleChange {
  readonly river: string;
  readonly change: 'create' | 'update' | 'none' | 'delete' | 'left';
  /** The settings, as text; of one that is updated the old ones as well. */
  readonly settings: string | null;
  readonly before: string | null;
}

/**
 * Makes Temporal's schedules what the configuration says, and tells what that changes. Schedules of rivers that have none
 * any more are deleted with `prune` only; those that River did not make are left alone.
 */
export async function applySchedules(
  client: Client,
  { rivers }: Configuration,
  { prune }: { readonly prune: boolean },
): Promise<ScheduleChange[]> {
  const changes: ScheduleChange[] = [];
  for (const river of rivers.values()) {
    if (river.schedule) changes.push(await applyOne(client, river, river.schedule));
  }
  for (const name of await scheduledRivers(client)) {
    if (rivers.get(name)?.schedule) continue;
    if (prune) await client.schedule.getHandle(scheduleId(name)).delete();
    changes.push({
      river: name,
      change: prune ? 'delete' : 'left',
      settings: null,
      before: (prune ? null : await settingsOf(client, name)) ?? null,
    });
  }
  return changes;
}

async function applyOne(client: Client, river: River, setting: ScheduleSetting): Promise<ScheduleChange> {
  const settings = settingsText(setting);
  const before = await settingsOf(client, river.name);
  const options = scheduleOfRiver(river, setting);
  if (before === undefined) {
    await client.schedule.create(options);
    return { river: river.name, change: 'create', settings, before: null };
  }
  if (before === settings) return { river: river.name, change: 'none', settings, before };
  const { spec, policies, action } = options;
  await client.schedule
    .getHandle(options.scheduleId)
    .update(({ state }) => ({ spec, action, policies: policies ?? {}, state }));
  return { river: river.name, change: 'update', settings, before };
}

/** The settings that a river's schedule was made from; undefined where there is no schedule. */
async function settingsOf(client: Client, river: string): Promise<string | undefined> {
  try {
    const { action } = await client.schedule.getHandle(scheduleId(river)).describe();
    return String(action.memo?.[settingsMemo] ?? 'made by hand');
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** Rivers that have a schedule of ours. */
async function scheduledRivers(client: Client): Promise<string[]> {
  const rivers: string[] = [];
  for await (const { scheduleId: id, action } of client.schedule.list()) {
    const river = riverOfScheduleId(id);
    if (river !== undefined && action?.workflowType === 'riverRun') rivers.push(river);
  }
  return rivers;
}
