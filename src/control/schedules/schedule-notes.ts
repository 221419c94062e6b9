import { Cron } from 'croner';
import { durationMs, durationText } from '#domain/duration';
import type { Configuration } from '#domain/river/configuration';
import { oddities, withRanges } from '#domain/river/cron-line';
import { planRiver } from '../plan-river.ts';
import { isScheduled } from './known-schedules.ts';
import { type ScheduledRiver, termsOfRiver } from './schedule-terms.ts';

/** What a person may not expect of a river's schedule. */
export interface ScheduleNote {
  readonly river: string;
  readonly message: string;
}

/** Cron lines that mean something else than they seem to, and catch-up windows in which a start may be dropped. */
export async function scheduleNotes(configuration: Configuration, now: Date): Promise<ScheduleNote[]> {
  const scheduled = [...configuration.rivers.values()].filter(isScheduled);
  const notes = scheduled.map(async (river) => {
    const ofWindow = await noteOfWindow(configuration, river, now);
    return [...oddities(river.schedule.cron), ...(ofWindow ? [ofWindow] : [])].map((message) => ({
      river: river.name,
      message,
    }));
  });
  return (await Promise.all(notes)).flat();
}

/** A start that waits behind an open run is dropped when it has become older than the window. */
async function noteOfWindow(
  configuration: Configuration,
  river: ScheduledRiver,
  now: Date,
): Promise<string | undefined> {
  const { overlap, catchupWindow } = termsOfRiver(river);
  if (!overlap.startsWith('buffer')) return undefined;
  const windowMs = durationMs(catchupWindow);
  const intervalMs = longestIntervalMs(river.schedule.cron, now);
  const planMs = await planMsOf(configuration, river, now);
  const longer = [
    ...(intervalMs > windowMs ? [`the ${durationText(intervalMs)} between two starts`] : []),
    ...(planMs > windowMs ? [`the ${durationText(planMs)} that a run takes at least`] : []),
  ];
  if (longer.length === 0) return undefined;
  return `its catchupWindow of ${catchupWindow} is shorter than ${longer.join(' and ')}: a start that waits behind an open run for longer than that is dropped`;
}

const startsLookedAt = 60;

function longestIntervalMs(cron: string, now: Date): number {
  const lines = new Cron(withRanges(cron), { mode: '5-part', timezone: 'UTC', domAndDow: true });
  const starts = lines.nextRuns(startsLookedAt, now).map((at) => at.getTime());
  return Math.max(0, ...starts.slice(1).map((at, before) => at - (starts[before] ?? at)));
}

/** As far as it is known without asking the API; 0 where it is not. */
async function planMsOf(configuration: Configuration, river: ScheduledRiver, now: Date): Promise<number> {
  try {
    const { seconds } = await planRiver(configuration, river, { at: now.toISOString() });
    // A duration is told in whole minutes.
    return Math.ceil((seconds ?? 0) / 60) * 60_000;
  } catch {
    // Its warehouse may be away, or its period wrong, which is said elsewhere.
    return 0;
  }
}
