import { comparableName } from '../call/resolve-choice.ts';
import type { Report } from '../catalogue/report.ts';
import { type DateRange, type Day, toDateRanges } from '../period/date-range.ts';
import type { River } from '../river/river.ts';
import { runCommand } from '../verify/repair-command.ts';

/** A day of a river that stands in its table. In `append` it is there once for each run that loaded it. */
export interface LoadedDay {
  readonly day: Day;
  readonly run: string;
  readonly provisional: boolean;
}

/** The days of a river that stand in its table, and what they were loaded with. */
export interface LoadedDays {
  readonly days: readonly LoadedDay[];
  /** The runs that loaded them, by their ids; a run that was removed from the manifest is missing. */
  readonly runs: ReadonlyMap<string, { readonly river: River; readonly ownFilters: boolean }>;
  /** Days deleted with `river forget`: they stay out until a run with its own period loads them. */
  readonly forgotten: readonly Day[];
}

/** Whether a river tracks forward: a range without an end does, unless it has `track: false` or overwrites its table. */
export function isTracked({ period, target }: Pick<River, 'period' | 'target'>, report: Report): boolean {
  if (!period || report.time === 'none' || target.load === 'overwrite') return false;
  const { start, end, predefined, track = true } = period;
  return track && start !== undefined && end === undefined && predefined === undefined;
}

/** The days that need not be pulled again; days loaded with a run's own filters do not count. */
export function completeDays(track: LoadedDays): Set<Day> {
  return new Set(ownDays(track).flatMap(({ day, provisional }) => (provisional ? [] : [day])));
}

/** Days that were loaded with another report, other filters or other attributes than the river has now. */
export function findDaysLoadedOtherwise(track: LoadedDays, river: River): DateRange[] {
  const now = fingerprintSettings(river);
  const runs = [...track.runs].map(([run, by]) => [run, fingerprintSettings(by.river) === now] as const);
  const asNow = new Map(runs);
  return toDateRanges(ownDays(track).flatMap(({ day, run }) => (asNow.get(run) === false ? [day] : [])));
}

/** Names those days and the command that loads them again; undefined where there are none. */
export function warnOfDaysLoadedOtherwise(track: LoadedDays, river: River): string | undefined {
  const ranges = findDaysLoadedOtherwise(track, river);
  const [first] = ranges;
  if (!first) return undefined;
  const further = ranges.length > 1 ? ` (and ${ranges.length - 1} more date ranges)` : '';
  return (
    `${rangeText(first)}${further} of ${river.name} were loaded with another report, other filters or other attributes, and are kept; ` +
    `\`${runCommand(river.name, first, false)}\` loads them again`
  );
}

/** `2026-01-01 to 2026-01-03`, or the one day. */
export const rangeText = ({ start, end }: DateRange): string =>
  start === end ? start : `${start} to ${end}`;

const ownDays = ({ days, runs }: LoadedDays): LoadedDay[] =>
  days.filter(({ run }) => !runs.get(run)?.ownFilters);

/** Filters that are compared by name, whatever their spelling. The others are sent as they are written. */
const namedFilters: ReadonlySet<string> = new Set([
  'actions',
  'targetGroups',
  'executionChannels',
  'lifecycleStages',
  'events',
]);

/** The same text for rivers that pull the same, whatever the order and spelling of their filters. */
function fingerprintSettings({ report, filters, includeControlGroup }: River): string {
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
  fingerprintSettings(own) !== fingerprintSettings(river);
