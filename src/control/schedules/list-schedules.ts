import type { Configuration } from '#domain/river/configuration';
import type { TemporalClient } from '../connect-temporal.ts';
import { type KnownSchedule, knownSchedules } from './known-schedules.ts';
import { type ScheduleTerms, termsOfDescription, termsOfRiver } from './schedule-terms.ts';

/** One schedule as it stands. */
export interface ScheduleState extends ScheduleTerms {
  readonly river: string;
  readonly id: string;
  /** `not applied`: the configuration has it, and Temporal does not yet. */
  readonly state: 'active' | 'paused' | 'not applied';
  /** Whether it is what the configuration says; false where that no longer schedules the river. */
  readonly asConfigured: boolean;
  readonly note: string | null;
  /** The next starts, ISO 8601. */
  readonly next: readonly string[];
  /** Workflow ids of the runs under way. */
  readonly running: readonly string[];
  /** Starts that wait until those runs have ended. */
  readonly waiting: number;
  /** The last start. */
  readonly last: { readonly workflowId: string; readonly scheduledAt: string } | null;
}

/** How many starts to come are told. */
const nextAtMost = 5;

/** Every schedule that the configuration has or River made. */
export async function listSchedules(
  temporal: TemporalClient,
  configuration: Configuration,
): Promise<ScheduleState[]> {
  return (await knownSchedules(temporal, configuration)).flatMap(stateOf);
}

function stateOf({ river, id, wanted, found }: KnownSchedule): ScheduleState[] {
  const to = wanted && termsOfRiver(wanted);
  const terms = found ? termsOfDescription(found) : to;
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
      next: state?.paused ? [] : (info?.nextActionTimes ?? []).slice(0, nextAtMost).map(isoOf),
      running: (info?.runningActions ?? []).map(({ workflow }) => workflow.workflowId),
      waiting: Number(found?.raw.info?.bufferSize ?? 0),
      last: last
        ? { workflowId: last.action.workflow.workflowId, scheduledAt: isoOf(last.scheduledAt) }
        : null,
    },
  ];
}

const isoOf = (at: Date): string => at.toISOString();
