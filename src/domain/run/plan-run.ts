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
import { resolveDay, resolveZone } from '../period/resolve-day.ts';
import { daysToCome, resolvePeriod } from '../period/resolve-period.ts';
import { effectiveReport } from '../river/overrides.ts';
import type { River } from '../river/river.ts';
import { isInDoubt } from './freshness.ts';
import { completeDays, isTracked, type LoadedDays, rangeText } from './loaded-days.ts';
import type { Warning } from './run-result.ts';
import type { StoredRun } from './stored-run.ts';

/** The days that a run pulls, as far as its river and the manifest decide. */
export interface PlannedDays {
  /** First and last day; null without a period, or with nothing to do. */
  readonly period: DateRange | null;
  /** Its unbroken date ranges; none for a report without a period. */
  readonly pulls: readonly DateRange[];
  /** Whether the run asks up to which day the data is complete. */
  readonly asksForData: boolean;
  /** Whether days that are not complete yet are left for a later run: what is appended stays. */
  readonly leavesIncomplete: boolean;
  /** About days that are left out. */
  readonly warnings: readonly Warning[];
}

/** Plans a run's days. `loadedDays` are needed only where the river tracks. */
export function planDays(
  river: River,
  report: Report,
  runDay: Day,
  loadedDays: LoadedDays | undefined,
): PlannedDays {
  const whole = river.period ? resolvePeriod(river.period, runDay) : null;
  if (!whole || report.time === 'none')
    return { period: whole, pulls: [], asksForData: false, leavesIncomplete: false, warnings: [] };
  const tracked = isTracked(river, report);
  const pulls =
    tracked && loadedDays
      ? daysToPull(whole, river.period?.lastDaysBack ?? 0, {
          complete: completeDays(loadedDays),
          forgotten: new Set(loadedDays.forgotten),
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

/** The date ranges without the days that are not complete yet. */
export const completeOnly = (pulls: readonly DateRange[], upTo: Day): DateRange[] =>
  clipRanges(pulls, { to: upTo });

/** The chunks of a run: each unbroken date range is split as a period of its own. */
export function planChunks(river: River, report: Report, pulls: readonly DateRange[]): Chunk[] {
  if (report.time === 'none') return [chunkWithoutDays];
  const setting = river.chunks ?? { every: 'dont_split', size: 1 };
  return pulls.flatMap((range) => [...splitPeriod(range, setting)]);
}

/** How many days the date ranges have together. */
export const countDays = (ranges: readonly DateRange[]): number =>
  ranges.reduce((sum, range) => sum + dayCount(range), 0);

type Planned = Pick<StoredRun, 'river' | 'period' | 'freshness' | 'selection'>;

/**
 * How many data calls a run makes, one page each; null where that is not known. `chunks`: those that it pulls, where it does not
 * pull its whole period, such as a retry.
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
 * The day that an answer of the present state shows if it is given now: the run's day, and one day more for each midnight since
 * the run began. A run may wait for days before it is answered: for quota, in an outage, or paused.
 */
export function resolveSnapshotDay(
  { day, startedAt, river }: Pick<StoredRun, 'day' | 'startedAt' | 'river'>,
  now: Date,
): Day {
  const zone = resolveZone(river.period, river.schedule);
  const [began, today] = [resolveDay(startedAt, zone), resolveDay(now, zone)];
  return today > began ? addDays(day, dayCount({ start: began, end: today }) - 1) : day;
}
