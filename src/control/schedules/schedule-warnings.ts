import { durationMs, durationText } from '#domain/duration';
import type { Configuration } from '#domain/river/configuration';
import { cronWarnings, nextStarts } from '#domain/river/cron-line';
import { planRiver } from '../plan-river.ts';
import { isScheduled } from './known-schedules.ts';
import { readRiverTerms, type ScheduledRiver } from './schedule-terms.ts';

/** How a river's schedule may behave otherwise than a person expects. */
export interface ScheduleWarning {
  readonly river: string;
  readonly message: string;
}

/** Cron lines that are easily misread, and catch-up windows after which Temporal may drop a start. */
export async function findScheduleWarnings(
  configuration: Configuration,
  now: Date,
): Promise<ScheduleWarning[]> {
  const scheduled = [...configuration.rivers.values()].filter(isScheduled);
  const warnings = scheduled.map(async (river) => {
    const ofWindow = await warnOfCatchupWindow(configuration, river, now);
    return [...cronWarnings(river.schedule.cron), ...(ofWindow ? [ofWindow] : [])].map((message) => ({
      river: river.name,
      message,
    }));
  });
  return (await Promise.all(warnings)).flat();
}

/** Temporal drops a start that has waited behind an open run for longer than the catch-up window. */
async function warnOfCatchupWindow(
  configuration: Configuration,
  river: ScheduledRiver,
  now: Date,
): Promise<string | undefined> {
  const { overlap, catchupWindow } = readRiverTerms(river);
  if (!overlap.startsWith('buffer')) return undefined;
  const windowMs = durationMs(catchupWindow);
  const intervalMs = longestIntervalMs(river.schedule.cron, now);
  const planMs = await leastRunMs(configuration, river, now);
  const longer = [
    ...(intervalMs > windowMs ? [`the ${durationText(intervalMs)} between two starts`] : []),
    ...(planMs > windowMs ? [`the ${durationText(planMs)} that a run takes at least`] : []),
  ];
  if (longer.length === 0) return undefined;
  return `its catchupWindow of ${catchupWindow} is shorter than ${longer.join(' and ')}: a start that waits behind an open run for longer than that is dropped`;
}

const startsLookedAt = 60;

function longestIntervalMs(cron: string, now: Date): number {
  const starts = nextStarts(cron, now, startsLookedAt).map((at) => at.getTime());
  return Math.max(0, ...starts.slice(1).map((at, before) => at - (starts[before] ?? at)));
}

/** The least duration of a run, as far as it is known without calling the API; 0 where it is not known. */
async function leastRunMs(configuration: Configuration, river: ScheduledRiver, now: Date): Promise<number> {
  try {
    const { seconds } = await planRiver(configuration, river, { at: now.toISOString() });
    // Durations are written in whole minutes.
    return Math.ceil((seconds ?? 0) / 60) * 60_000;
  } catch {
    // Its warehouse may be unreachable, or its period wrong: other lines of `check` say so.
    return 0;
  }
}
