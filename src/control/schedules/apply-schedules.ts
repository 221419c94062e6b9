import { ScheduleAlreadyRunning } from '@temporalio/client';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import type { riverRun } from '#workflows/index';
import type { TemporalClient } from '../connect-temporal.ts';
import { type DstAnomaly, findDstAnomalies } from './dst-anomalies.ts';
import { type KnownSchedule, listKnownSchedules, scheduleMemo } from './known-schedules.ts';
import {
  readRiverTerms,
  readScheduleTerms,
  type ScheduleTerms,
  toScheduleOptions,
} from './schedule-terms.ts';
import { findScheduleWarnings, type ScheduleWarning } from './schedule-warnings.ts';

/** What is done with one schedule. */
export interface ScheduleChange {
  readonly river: string;
  readonly id: string;
  /** `left`: made for a river that the configuration no longer schedules; only deleted with `--prune`. */
  readonly change: 'create' | 'change' | 'unchanged' | 'delete' | 'left';
  /** The terms that differ; all of them where the schedule is created. */
  readonly terms: readonly {
    readonly term: keyof ScheduleTerms;
    readonly from: string | null;
    readonly to: string;
  }[];
}

export interface ApplyOptions {
  /** Delete the schedules of rivers that the configuration no longer schedules. */
  readonly prune: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}

/** Makes Temporal's schedules match the configuration, and says what was changed. Repeating it changes nothing. */
export async function applySchedules(
  temporal: TemporalClient,
  configuration: Configuration,
  { prune, dryRun }: ApplyOptions,
): Promise<{
  readonly changes: readonly ScheduleChange[];
  readonly oddDays: readonly DstAnomaly[];
  readonly notes: readonly ScheduleWarning[];
}> {
  const notes = await findScheduleWarnings(configuration, new Date());
  const known = await listKnownSchedules(temporal, configuration);
  const planned = known.map((schedule) => ({ schedule, change: findChange(schedule, prune) }));
  if (!dryRun) for (const { schedule, change } of planned) await apply(temporal, schedule, change);
  const anomalies: DstAnomaly[] = [];
  for (const { wanted } of known) {
    if (wanted && !dryRun) anomalies.push(...(await findDstAnomalies(temporal, wanted)));
  }
  return { changes: planned.map(({ change }) => change), oddDays: anomalies, notes };
}

function findChange({ river, id, wanted, found }: KnownSchedule, prune: boolean): ScheduleChange {
  if (!wanted) return { river, id, change: prune ? 'delete' : 'left', terms: [] };
  const to = readRiverTerms(wanted);
  const from = found && readScheduleTerms(found);
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
  const { spec, policies, action } = toScheduleOptions(wanted);
  if (change === 'change') {
    // What a person has set in Temporal is kept: whether it is paused, and whether a failure pauses it.
    await handle.update<typeof riverRun>(({ state, policies: before }) => ({
      spec,
      action,
      policies: { ...before, ...policies },
      state,
    }));
  }
  if (change === 'create') {
    await client.schedule
      .create({ scheduleId: id, memo: scheduleMemo(river), spec, policies, action })
      .catch((error: unknown) => {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        throw new ConfigurationError(
          `Another process has just created the schedule ${id}. Look at it with \`river schedule list\`, and apply again.`,
          { cause: error },
        );
      });
  }
}
