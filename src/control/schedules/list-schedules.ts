import type { Configuration } from '#domain/river/configuration';
import type { TemporalClient } from '../connect-temporal.ts';
import { type KnownSchedule, listKnownSchedules } from './known-schedules.ts';
import { readRiverTerms, readScheduleTerms, type ScheduleTerms } from './schedule-terms.ts';

/** One schedule and its state. */
export interface ScheduleState extends ScheduleTerms {
  readonly river: string;
  readonly id: string;
  /** `not applied`: the configuration has it, and Temporal does not yet. */
  readonly state: 'active' | 'paused' | 'not applied';
  /** Whether it matches the configuration; false where that no longer schedules the river. */
  readonly asConfigured: boolean;
  readonly note: string | null;
  /** The next starts, ISO 8601. */
  readonly next: readonly string[];
  /** Workflow ids of its runs under way. */
  readonly running: readonly string[];
  /** Starts that wait for the end of those runs. */
  readonly waiting: number;
  /** The last start. */
  readonly last: { readonly workflowId: string; readonly scheduledAt: string } | null;
}

/** How many future starts are listed. */
const nextAtMost = 5;

/** Every schedule that the configuration has, or that River has made. */
export async function listSchedules(
  temporal: TemporalClient,
  configuration: Configuration,
): Promise<ScheduleState[]> {
  return (await listKnownSchedules(temporal, configuration)).flatMap(toState);
}

function toState({ river, id, wanted, found }: KnownSchedule): ScheduleState[] {
  const to = wanted && readRiverTerms(wanted);
  const terms = found ? readScheduleTerms(found) : to;
  if (!terms) return [];
  const { state, info } = found ?? {};
  const last = info?.recentActions.at(-1);
  return [
    {
      river,
      id,
      state: state ? (state.paused ? 'paused' : 'active') : 'not applied',
      asConfigured: found !== undefined && JSON.stringify(to) === JSON.stringify(terms),
      ...terms,
      note: state?.note || null,
      next: state?.paused ? [] : (info?.nextActionTimes ?? []).slice(0, nextAtMost).map(toIso),
      running: (info?.runningActions ?? []).map(({ workflow }) => workflow.workflowId),
      waiting: Number(found?.raw.info?.bufferSize ?? 0),
      last: last
        ? { workflowId: last.action.workflow.workflowId, scheduledAt: toIso(last.scheduledAt) }
        : null,
    },
  ];
}

const toIso = (at: Date): string => at.toISOString();
