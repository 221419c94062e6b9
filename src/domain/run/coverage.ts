import { clipRanges, type DateRange, type Day, eachDay } from '../period/date-range.ts';

/**
 * What a calendar shows of a river's days. `loaded`, `provisional` and `emptied` days stand in the table, the others do not:
 * `pending` is a day of a run under way, `missing` one that a run had in its period and that is neither loaded nor forgotten.
 */
export const dayStates = [
  'loaded',
  'provisional',
  'emptied',
  'failed',
  'pending',
  'missing',
  'forgotten',
] as const;
export type DayState = (typeof dayStates)[number];

/** A state in words. */
export const dayStateWords: Readonly<Record<DayState, string>> = {
  loaded: 'loaded',
  provisional: 'loaded, provisional: the next run loads it again',
  emptied: 'emptied: the API no longer returns its rows',
  failed: 'failed: not loaded',
  pending: 'not loaded yet: a run is under way',
  missing: 'missing: not loaded',
  forgotten: 'forgotten: taken out with river forget',
};

/** A day as the table has it. */
export interface StandingDay {
  readonly day: Day;
  readonly rows: number;
  readonly provisional: boolean;
  /** The run whose rows these are; of several, one of them. */
  readonly runId: string;
  readonly loadedAt: string;
}

/** Days that a run had in its period and has not loaded. */
export interface RequestedRange extends DateRange {
  readonly state: 'failed' | 'pending' | 'missing';
  readonly workflowId: string | null;
  readonly error: string | null;
}

/** Days whose rows the API no longer returned, as a chunk's warning says. */
export interface EmptiedRange extends DateRange {
  readonly emptied: 'kept' | 'deleted';
  /** When that chunk was loaded. */
  readonly at: string;
}

/** What a manifest says of a river's days. */
export interface CoverageFacts {
  readonly standing: readonly StandingDay[];
  readonly forgotten: readonly Day[];
  /** The oldest first: a later one decides. */
  readonly requested: readonly RequestedRange[];
  readonly emptied: readonly EmptiedRange[];
}

export interface CoveredDay {
  readonly day: Day;
  readonly state: DayState;
  /** Rows that stand in the table; null where the day is not loaded. */
  readonly rows: number | null;
  readonly loadedAt: string | null;
  /** The run that has loaded the day, or that has not. */
  readonly runId: string | null;
  readonly workflowId: string | null;
  /** Why the day is not loaded, where that is known. */
  readonly error: string | null;
}

/** The state of each day between two days, in order; days of which nothing is known are left out. */
export function coverDays(facts: CoverageFacts, between: DateRange): CoveredDay[] {
  const days = new Map<Day, CoveredDay>();
  const nothing = { rows: null, loadedAt: null, runId: null, workflowId: null, error: null };
  for (const { state, workflowId, error, ...range } of facts.requested)
    for (const day of daysWithin(range, between))
      days.set(day, { ...nothing, day, state, workflowId, error });
  for (const day of facts.forgotten) days.set(day, { ...nothing, day, state: 'forgotten' });
  for (const { provisional, ...standing } of facts.standing)
    days.set(standing.day, { ...nothing, ...standing, state: provisional ? 'provisional' : 'loaded' });
  for (const { emptied, at, ...range } of facts.emptied)
    for (const day of daysWithin(range, between)) {
      const known = days.get(day);
      if (known?.loadedAt && isEmptied(known, { emptied, at })) days.set(day, { ...known, state: 'emptied' });
    }
  return [...days.values()]
    .filter(({ day }) => day >= between.start && day <= between.end)
    .sort((one, other) => (one.day < other.day ? -1 : 1));
}

/** Kept rows are older than the chunk that found none; a day whose rows were deleted has none since that chunk. */
const isEmptied = (
  { rows, loadedAt }: Pick<CoveredDay, 'rows' | 'loadedAt'>,
  { emptied, at }: Pick<EmptiedRange, 'emptied' | 'at'>,
): boolean => {
  const loaded = Date.parse(loadedAt ?? '');
  return emptied === 'kept' ? loaded < Date.parse(at) : rows === 0 && loaded <= Date.parse(at);
};

function* daysWithin(range: DateRange, { start, end }: DateRange): Generator<Day> {
  for (const clipped of clipRanges([range], { from: start, to: end })) yield* eachDay(clipped);
}

/** How many days are in each state. */
export function countDayStates(days: readonly Pick<CoveredDay, 'state'>[]): Record<DayState, number> {
  const counts = Object.fromEntries(dayStates.map((state) => [state, 0])) as Record<DayState, number>;
  for (const { state } of days) counts[state] += 1;
  return counts;
}

const shortWords: Readonly<Record<DayState, string>> = {
  loaded: 'loaded',
  provisional: 'provisional',
  emptied: 'emptied',
  failed: 'failed',
  pending: 'not loaded yet',
  missing: 'missing',
  forgotten: 'forgotten',
};

/** `58 loaded, 2 provisional, 1 failed` */
export function coverageText(days: readonly Pick<CoveredDay, 'state'>[]): string {
  const counts = countDayStates(days);
  const told = dayStates.filter((state) => counts[state] > 0);
  if (told.length === 0) return 'nothing loaded yet';
  return told.map((state) => `${counts[state]} ${shortWords[state]}`).join(', ');
}

/** Neighbouring days in the same state, in order. */
export function groupDays(
  days: readonly CoveredDay[],
): readonly (DateRange & { readonly state: DayState; readonly days: number; readonly rows: number })[] {
  const groups: { start: Day; end: Day; state: DayState; days: number; rows: number }[] = [];
  for (const { day, state, rows } of days) {
    const open = groups.at(-1);
    if (open?.state === state && nextDay(open.end) === day) {
      open.end = day;
      open.days += 1;
      open.rows += rows ?? 0;
    } else groups.push({ start: day, end: day, state, days: 1, rows: rows ?? 0 });
  }
  return groups;
}

const nextDay = (day: Day): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
