import type { Report } from '../catalogue/report.ts';
import { type Chunk, chunkWithoutDays } from '../chunk/chunk.ts';
import { splitPeriod } from '../chunk/split-period.ts';
import {
  clipRanges,
  type DateRange,
  type Day,
  dayCount,
  daysToPull,
  encloseRanges,
} from '../period/date-range.ts';
import { daysToCome, resolvePeriod } from '../period/resolve-period.ts';
import type { River } from '../river/river.ts';
import { isInDoubt } from './freshness.ts';
import type { Warning } from './run-result.ts';
import { completeDays, isTracked, nameOf, type Track } from './track.ts';

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
export function planDays(river: River, report: Report, runDay: Day, track: Track | undefined): PlannedDays {
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
  const message = `${nameOf(leftOut)}: left out, after the run's day ${runDay}.`;
  return [{ start: leftOut.start, end: leftOut.end, message }];
}

/** The stretches without what is not complete yet. */
export const completeOnly = (pulls: readonly DateRange[], upTo: Day): DateRange[] =>
  clipRanges(pulls, { to: upTo });

/** The chunks of a run: each unbroken stretch is chunked as a period of its own. */
export function chunksOf(river: River, report: Report, pulls: readonly DateRange[]): Chunk[] {
  if (report.time === 'none') return [chunkWithoutDays];
  const setting = river.chunks ?? { every: 'dont_split', size: 1 };
  return pulls.flatMap((stretch) => [...splitPeriod(stretch, setting)]);
}

/** How many days the stretches have. */
export const countDays = (stretches: readonly DateRange[]): number =>
  stretches.reduce((sum, stretch) => sum + dayCount(stretch), 0);
