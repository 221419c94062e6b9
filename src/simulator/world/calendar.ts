import { numberOfDay } from './day.ts';

/** Of a day that is not complete yet: all its rows, a part of them, or none. */
export type UnfinishedDays = 'whole' | 'partial' | 'empty';

export interface Calendar {
  /** How much of what happens on that day can be seen: 1, 0.5 or 0. */
  visible(dayNumber: number): number;
}

/** Nothing happened before the first day; days after the last data update are shown as `unfinished` says. */
export function createCalendar(
  firstDay: string,
  lastDataUpdate: string,
  unfinished: UnfinishedDays,
): Calendar {
  const first = numberOfDay(firstDay) ?? Number.NEGATIVE_INFINITY;
  const last = numberOfDay(lastDataUpdate) ?? Number.POSITIVE_INFINITY;
  const after = { whole: 1, partial: 0.5, empty: 0 }[unfinished];
  return { visible: (day) => (day < first ? 0 : day > last ? after : 1) };
}
