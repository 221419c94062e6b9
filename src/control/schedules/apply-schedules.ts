import { ScheduleAlreadyRunning } from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import type { riverRun } from '#workflows/index';
import type { TemporalClient } from '../connect-temporal.ts';
import { type KnownSchedule, knownSchedules, memoOf } from './known-schedules.ts';
import { type OddDay, oddDays } from './odd-days.ts';
import { type ScheduleNote, scheduleNotes } from './schedule-notes.ts';
import { optionsOf, type ScheduleTerms, termsOfDescription, termsOfRiver } from './schedule-terms.ts';

/** What is done with one schedule. */
export interface ScheduleChange {
  readonly river: string;
  readonly id: string;
  /** `left`: made for a river that the configuration no longer schedules, and only deleted on demand. */
  readonly change: 'create' | 'change' | 'unchanged' | 'delete' | 'left';
  /** Of a change each term that differs; of a schedule that is made all of them. */
  readonly terms: readonly {
    readonly term: keyof ScheduleTerms;
    readonly from: string | null;
    readonly to: string;
  }[];
}

export interface ApplyOptions {
  /** Delete the schedules of rivers that the configuration no longer schedules. */
  readonly prune: boolean;
  /** Only tell what would be done. */
  readonly dryRun: boolean;
}

/** Makes Temporal's schedules what the configuration says, and tells what that takes. The second time it takes nothing. */
export async function applySchedules(
  temporal: TemporalClient,
  configuration: Configuration,
  { prune, dryRun }: ApplyOptions,
): Promise<{
  readonly changes: readonly ScheduleChange[];
  readonly oddDays: readonly OddDay[];
  readonly notes: readonly ScheduleNote[];
}> {
  const notes = await scheduleNotes(configuration, new Date());
  const known = await knownSchedules(temporal, configuration);
  const planned = known.map((schedule) => ({ schedule, change: changeOf(schedule, prune) }));
  if (!dryRun) for (const { schedule, change } of planned) await apply(temporal, schedule, change);
  const odd: OddDay[] = [];
  for (const { wanted } of known) {
    if (wanted && !dryRun) odd.push(...(await oddDays(temporal, wanted)));
  }
  return { changes: planned.map(({ change }) => change), oddDays: odd, notes };
}

function changeOf({ river, id, wanted, found }: KnownSchedule, prune: boolean): ScheduleChange {
  if (!wanted) return { river, id, change: prune ? 'delete' : 'left', terms: [] };
  const to = termsOfRiver(wanted);
  const from = found && termsOfDescription(found);
  const terms = (Object.keys(to) as (keyof ScheduleTerms)[])
    .filter((term) => from?.[term] !== to[term])
    .map((term) => ({ term, from: from?.[term] ?? null, to: to[term] }));
  if (!from) return { river, id, change: 'create', terms };
  return { river, id, change: terms.length === 0 ? 'unchanged' : 'change', terms };
}

async function apply(
  { client }: TemporalClient,
  { river, id, wanted }: KnownSchedule,
  { change }: ScheduleChange,
): Promise<void> {
  const handle = client.schedule.getHandle(id);
  if (change === 'delete') await handle.delete();
  if (!wanted) return;
  const { spec, policies, action } = optionsOf(wanted);
  if (change === 'change') {
    // What a person has set meanwhile stays: whether it is paused, and whether a failure pauses it.
    await handle.update<typeof riverRun>(({ state, policies: before }) => ({
      spec,
      action,
      policies: { ...before, ...policies },
      state,
    }));
  }
  if (change === 'create') {
    await client.schedule
      .create({ scheduleId: id, memo: memoOf(river), spec, policies, action })
      .catch((error: unknown) => {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        throw new ConfigurationError(
          `Somebody else has just made the schedule ${id}. Look at it with \`river schedule list\`, and apply again.`,
          { cause: error },
        );
      });
  }
}
