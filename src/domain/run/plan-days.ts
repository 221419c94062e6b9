import type { Report } from '../catalogue/report.ts';
import { type Chunk, chunkWithoutDays } from '../chunk/chunk.ts';
import { splitPeriod } from '../chunk/split-period.ts';
import { type Day, dayCount, type Stretch } from '../period/day.ts';
import { resolvePeriod } from '../period/resolve-period.ts';
import { between, daysToPull, spanOf } from '../period/stretches.ts';
import type { River } from '../river/river.ts';
import { isInDoubt } from './freshness.ts';
import { completeDays, isTracked, type Track } from './track.ts';

/** What a run pulls, as far as its river and the manifest decide. */
export interface PlannedDays {
  /** First and last day; null without a period, or with nothing to do. */
  readonly period: Stretch | null;
  /** The unbroken stretches of it; none for a report without a period. */
  readonly pulls: readonly Stretch[];
  /** Whether the run asks up to which day the data is complete. */
  readonly asksForData: boolean;
  /** Whether days that are not complete yet are left for a later run: what is appended stays. */
  readonly leavesIncomplete: boolean;
}

/** Plans a run's days. `track` is what the river has loaded, and only read where it tracks. */
export function planDays(river: River, report: Report, runDay: Day, track: Track | undefined): PlannedDays {
  const whole = river.period ? resolvePeriod(river.period, runDay) : null;
  if (!whole || report.time === 'none')
    return { period: whole, pulls: [], asksForData: false, leavesIncomplete: false };
  const tracked = isTracked(river, report);
  const pulls =
    tracked && track ? daysToPull(whole, river.period?.lastDaysBack ?? 0, completeDays(track)) : [whole];
  return {
    period: spanOf(pulls),
    pulls,
    asksForData: tracked || isInDoubt(whole.last, runDay),
    leavesIncomplete: tracked && river.target.load === 'append',
  };
}

/** The stretches without what is not complete yet. */
export const completeOnly = (pulls: readonly Stretch[], upTo: Day): Stretch[] => between(pulls, { to: upTo });

/** The chunks of a run: each unbroken stretch is chunked as a period of its own. */
export function chunksOf(river: River, report: Report, pulls: readonly Stretch[]): Chunk[] {
  if (report.time === 'none') return [chunkWithoutDays];
  const setting = river.chunks ?? { every: 'dont_split', size: 1 };
  return pulls.flatMap((stretch) => [...splitPeriod(stretch, setting)]);
}

/** How many days the stretches have. */
export const countDays = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, stretch) => sum + dayCount(stretch), 0);
