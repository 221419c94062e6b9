import { countCalls } from '../call/count-calls.ts';
import { findReport } from '../catalogue/index.ts';
import type { Report } from '../catalogue/report.ts';
import { type Chunk, chunkWithoutDays } from '../chunk/chunk.ts';
import { splitPeriod } from '../chunk/split-period.ts';
import {
  addDays,
  clipRanges,
  type DateRange,
  type Day,
  dayCount,
  daysToPull,
  encloseRanges,
} from '../period/date-range.ts';
import { resolveDay } from '../period/resolve-day.ts';
import { daysToCome, resolvePeriod } from '../period/resolve-period.ts';
import { resolveZone } from '../period/zone.ts';
import { effectiveReport } from '../river/overrides.ts';
import type { River } from '../river/river.ts';
import { isInDoubt } from './freshness.ts';
import { completeDays, isTracked, type LoadedDays, rangeText } from './loaded-days.ts';
import type { Warning } from './run-result.ts';
import type { StoredRun } from './stored-run.ts';

/** What a run pulls, as far as its river and the manifest decide. */
export interface PlannedDays {
  /** First and last day; null without a period, or with nothing to do. */
  readonly period: DateRange | null;
  /** The unbroken stretches of it; none for a report without a period. */
  readonly pulls: readonly DateRange[];
  /** Whether the run asks up to which day the data is complete. */
  readonly asksForData: boolean;
  /** Whether days that are not complete yet are left for a later run: what is appended stays. */
  readonly leavesIncomplete: boolean;
  /** What there is to say of it: days that are left out. */
  readonly warnings: readonly Warning[];
}

/** Plans a run's days. `track` is what the river has loaded, and only read where it tracks. */
export function planDays(
  river: River,
  report: Report,
  runDay: Day,
  track: LoadedDays | undefined,
): PlannedDays {
  const whole = river.period ? resolvePeriod(river.period, runDay) : null;
  if (!whole || report.time === 'none')
    return { period: whole, pulls: [], asksForData: false, leavesIncomplete: false, warnings: [] };
  const tracked = isTracked(river, report);
  const pulls =
    tracked && track
      ? daysToPull(whole, river.period?.lastDaysBack ?? 0, {
          complete: completeDays(track),
          forgotten: new Set(track.forgotten),
        })
      : [whole];
  return {
    period: encloseRanges(pulls),
    pulls,
    asksForData: tracked || isInDoubt(whole.end, runDay),
    leavesIncomplete: tracked && river.target.load === 'append',
    warnings: warningsOfDaysToCome(river, runDay),
  };
}

/** Says which days of the period come after the run's day. A run of such a period always asks for its data: it keeps them there. */
function warningsOfDaysToCome({ period }: River, runDay: Day): Warning[] {
  const leftOut = period ? daysToCome(period, runDay) : null;
  if (!leftOut) return [];
  const message = `${rangeText(leftOut)}: left out, after the run's day ${runDay}.`;
  return [{ start: leftOut.start, end: leftOut.end, message }];
}

/** The stretches without what is not complete yet. */
export const completeOnly = (pulls: readonly DateRange[], upTo: Day): DateRange[] =>
  clipRanges(pulls, { to: upTo });

/** The chunks of a run: each unbroken stretch is chunked as a period of its own. */
export function planChunks(river: River, report: Report, pulls: readonly DateRange[]): Chunk[] {
  if (report.time === 'none') return [chunkWithoutDays];
  const setting = river.chunks ?? { every: 'dont_split', size: 1 };
  return pulls.flatMap((stretch) => [...splitPeriod(stretch, setting)]);
}

/** How many days the stretches have. */
export const countDays = (stretches: readonly DateRange[]): number =>
  stretches.reduce((sum, stretch) => sum + dayCount(stretch), 0);

type Planned = Pick<StoredRun, 'river' | 'period' | 'freshness' | 'selection'>;

/**
 * The data calls of a run, one page each; null where that is not known. `chunks`: those that it pulls, where it does not pull its
 * whole period, as a retry.
 */
export function countPlannedCalls(
  { river, period, freshness, selection }: Planned,
  chunks?: readonly Chunk[],
): number | null {
  const report = findReport(river.report);
  if (!report || !selection) return null;
  const pulled = chunks
    ? {
        days: chunks.reduce((sum, chunk) => sum + (chunk.start === null ? 0 : dayCount(chunk)), 0),
      }
    : freshness && { days: countDays(freshness.pulls) };
  const { filters } = river;
  return countCalls({
    report: effectiveReport(report, river.overrides),
    filters,
    selection,
    period,
    ...pulled,
  }).data;
}

/** The names, in `river_calls`, of the calls whose rows a river loads. */
export function listDataCallNames({ report: slug, overrides }: StoredRun['river']): string[] {
  const report = findReport(slug);
  if (!report) return [];
  const endpoints = [report.endpoint, effectiveReport(report, overrides).endpoint];
  return [...new Set(endpoints.map((endpoint) => endpoint.slice(endpoint.lastIndexOf('/') + 1)))];
}

/**
 * The day of which an answer of the present state is, that is given now: the run's day, and one day more for each midnight
 * since the run began. A run may wait for days, for quota, in an outage or paused, before it is answered.
 */
export function resolveSnapshotDay(
  { day, startedAt, river }: Pick<StoredRun, 'day' | 'startedAt' | 'river'>,
  now: Date,
): Day {
  const zone = resolveZone(river.period, river.schedule);
  const [began, today] = [resolveDay(startedAt, zone), resolveDay(now, zone)];
  return today > began ? addDays(day, dayCount({ start: began, end: today }) - 1) : day;
}
