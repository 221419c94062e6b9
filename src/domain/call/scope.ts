import type { Report, Snapshot } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { DateRange, Day } from '../period/date-range.ts';
import type { Call } from './call.ts';
import type { Selection } from './selection.ts';

/** Rows whose column lies between two days, both included. */
export interface Scope extends DateRange {
  readonly column: string;
}

/** The column with the day by which a report's rows are loaded; null for a report without a period. */
export function findDayColumn(report: Report): 'date' | 'end_date' | 'found_on' | null {
  for (const axis of report.axes) {
    if (axis.over === 'day') return axis.stamp;
    if (axis.over === 'campaign') return 'found_on';
  }
  return null;
}

/** The column by whose days the manifest counts a report's rows and `replace` deletes them; null where all are replaced as one. */
export const findManifestDayColumn = (report: Report): string | null =>
  findDayColumn(report) ?? (report.snapshot?.keepsOtherDays ? report.snapshot.column : null);

/** The day with which rows of the present state are stamped. */
export const snapshotDay = ({ day }: Snapshot, selection: Selection | null, runDay: Day): Day =>
  day === 'lastDataUpdate' ? (selection?.dataDate ?? runDay) : runDay;

/** The day of a call's rows, where rows are replaced by days; null where all are replaced as one. */
export function findCallDay(report: Report, { stamps }: Pick<Call, 'stamps'>): Day | null {
  const column = findManifestDayColumn(report);
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
  const column = findDayColumn(report);
  if (column && chunk.start !== null) return { column, start: chunk.start, end: chunk.end };
  const { snapshot } = report;
  if (!snapshot?.keepsOtherDays) return null;
  const day = snapshotDay(snapshot, selection, runDay);
  return { column: snapshot.column, start: day, end: day };
}
