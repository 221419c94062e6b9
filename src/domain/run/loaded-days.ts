import { comparableName } from '../call/resolve-choice.ts';
import type { Report } from '../catalogue/report.ts';
import { type DateRange, type Day, toDateRanges } from '../period/date-range.ts';
import type { River } from '../river/river.ts';

/** A day of a river that stands in its table. In `append` it is there once for each run that loaded it. */
export interface LoadedDay {
  readonly day: Day;
  readonly run: string;
  readonly provisional: boolean;
}

/** Which days of a river stand in its table, and what they were loaded with. */
export interface LoadedDays {
  readonly days: readonly LoadedDay[];
  /** The runs that loaded them, by their ids: one that somebody removed from the manifest is not there. */
  readonly runs: ReadonlyMap<string, { readonly river: River; readonly ownFilters: boolean }>;
  /** Days that a person has taken out: they stay out until a run of a period of its own loads them. */
  readonly forgotten: readonly Day[];
}

/** Whether a river tracks forward: an open range does, unless it is told not to, or overwrites its table. */
export function isTracked({ period, target }: Pick<River, 'period' | 'target'>, report: Report): boolean {
  if (!period || report.time === 'none' || target.load === 'overwrite') return false;
  const { start, end, predefined, track = true } = period;
  return track && start !== undefined && end === undefined && predefined === undefined;
}

/** The days that need not be pulled again: what was loaded with a run's own filters is something else. */
export function completeDays(track: LoadedDays): Set<Day> {
  return new Set(ownDays(track).flatMap(({ day, provisional }) => (provisional ? [] : [day])));
}

/** Days that stay as they are, although the river now says another report, other filters or attributes. */
export function findDaysLoadedOtherwise(track: LoadedDays, river: River): DateRange[] {
  const now = whatIsPulled(river);
  const runs = [...track.runs].map(([run, by]) => [run, whatIsPulled(by.river) === now] as const);
  const asNow = new Map(runs);
  return toDateRanges(ownDays(track).flatMap(({ day, run }) => (asNow.get(run) === false ? [day] : [])));
}

/** Says which days those are, and what loads them anew; undefined where there are none. */
export function warnOfDaysLoadedOtherwise(track: LoadedDays, river: River): string | undefined {
  const stretches = findDaysLoadedOtherwise(track, river);
  const [first] = stretches;
  if (!first) return undefined;
  const further = stretches.length > 1 ? ` (and ${stretches.length - 1} more stretches)` : '';
  return (
    `${rangeText(first)}${further} of ${river.name} were loaded with another report, other filters or other attributes, and stay so; ` +
    `\`river run ${river.name} --start ${first.start} --end ${first.end}\` loads them anew`
  );
}

/** A stretch in words. */
export const rangeText = ({ start, end }: DateRange): string =>
  start === end ? start : `${start} to ${end}`;

const ownDays = ({ days, runs }: LoadedDays): LoadedDay[] =>
  days.filter(({ run }) => !runs.get(run)?.ownFilters);

/** Filters that are compared as names. The others are sent as they are written. */
const namedFilters: ReadonlySet<string> = new Set([
  'actions',
  'targetGroups',
  'executionChannels',
  'lifecycleStages',
  'events',
]);

/** Equal for rivers that pull the same, in whatever order and spelling they list it. */
function whatIsPulled({ report, filters, includeControlGroup }: River): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => {
      const compared = namedFilters.has(name) ? (each: unknown) => comparableName(String(each)) : String;
      return [name, Array.isArray(value) ? value.map((each) => compared(each)).sort() : value];
    });
  return JSON.stringify([report, sorted, includeControlGroup]);
}

/** Whether a run's filters are not those of its river. */
export const differsInFilters = (own: River, river: River): boolean =>
  whatIsPulled(own) !== whatIsPulled(river);
