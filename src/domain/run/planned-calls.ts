import { countCalls } from '../call/count-calls.ts';
import { findReport } from '../catalogue/index.ts';
import type { Chunk } from '../chunk/chunk.ts';
import { dayCount } from '../period/date-range.ts';
import { effectiveReport } from '../river/overrides.ts';
import { countDays } from './plan-days.ts';
import type { StoredRun } from './stored-run.ts';

type Planned = Pick<StoredRun, 'river' | 'period' | 'freshness' | 'selection'>;

/**
 * The data calls of a run, one page each; null where that is not known. `chunks`: those that it pulls, where it does not pull its
 * whole period, as a retry.
 */
export function plannedCalls(
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
export function dataCallsOf({ report: slug, overrides }: StoredRun['river']): string[] {
  const report = findReport(slug);
  if (!report) return [];
  const endpoints = [report.endpoint, effectiveReport(report, overrides).endpoint];
  return [...new Set(endpoints.map((endpoint) => endpoint.slice(endpoint.lastIndexOf('/') + 1)))];
}
