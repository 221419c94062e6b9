const dayMs = 86_400_000;

/** Days since 1970-01-01; undefined if the text is not a day of the calendar. */
export function toDayNumber(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at)) return undefined;
  // Some engines read 30 February as 2 March: a day must read back the same.
  return new Date(at).toISOString().startsWith(day) ? at / dayMs : undefined;
}

export function toDayText(number: number): string {
  return new Date(number * dayMs).toISOString().slice(0, 10);
}

/** What is visible of a day that is not complete yet: all its rows, a part of them, or none. */
export type UnfinishedDays = 'whole' | 'partial' | 'empty';

export interface Calendar {
  /** The visible share of a day: 1, 0.5 or 0. */
  visible(dayNumber: number): number;
}

/** Nothing happened before the first day; `unfinished` says what is visible after the last data update. */
export function createCalendar(
  firstDay: string,
  lastDataUpdate: string,
  unfinished: UnfinishedDays,
): Calendar {
  const first = toDayNumber(firstDay) ?? Number.NEGATIVE_INFINITY;
  const last = toDayNumber(lastDataUpdate) ?? Number.POSITIVE_INFINITY;
  const after = { whole: 1, partial: 0.5, empty: 0 }[unfinished];
  return { visible: (day) => (day < first ? 0 : day > last ? after : 1) };
}
