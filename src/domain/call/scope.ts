import type { Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { DateRange, Day } from '../period/date-range.ts';
import type { Call } from './call.ts';
import type { Selection } from './selection.ts';

/** Rows whose column lies between two days, both included. */
export interface Scope extends DateRange {
  readonly column: string;
}

/** The column that bears the day by which a report's rows are loaded; null for a report without a period. */
export function dayColumnOf(report: Report): 'date' | 'end_date' | 'found_on' | null {
  for (const axis of report.axes) {
    if (axis.over === 'day') return axis.stamp;
    if (axis.over === 'campaign') return 'found_on';
  }
  return null;
}

/** The day of which a call's rows are, where rows are replaced by days; null where they are replaced as a whole. */
export function dayOfCall(report: Report, { stamps }: Pick<Call, 'stamps'>): Day | null {
  const column = dayColumnOf(report) ?? (report.snapshot === 'data_date' ? report.snapshot : null);
  const day = column === null ? undefined : stamps[column];
  return day === undefined || day === null ? null : String(day);
}

/** In `replace`: which of the river's rows a chunk replaces. Null: all of them. */
export function commitScope(
  report: Report,
  chunk: Chunk,
  selection: Selection | null,
  runDay: Day,
): Scope | null {
  const column = dayColumnOf(report);
  if (column && chunk.start !== null) return { column, start: chunk.start, end: chunk.end };
  if (report.snapshot !== 'data_date') return null;
  const day = selection?.dataDate ?? runDay;
  return { column: 'data_date', start: day, end: day };
}
