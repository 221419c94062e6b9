import type { Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { Day } from '../period/day.ts';
import type { Selection } from './selection.ts';

/** Rows whose column lies between two days, both included. */
export interface Scope {
  readonly column: string;
  readonly first: Day;
  readonly last: Day;
}

/** The column that bears the day by which a report's rows are loaded; null for a report without a period. */
export function dayColumnOf(report: Report): 'date' | 'end_date' | 'found_on' | null {
  for (const axis of report.axes) {
    if (axis.over === 'day') return axis.stamp;
    if (axis.over === 'campaign') return 'found_on';
  }
  return null;
}

/** In `replace`: which of the river's rows make way for a chunk. Null: all of them. */
export function commitScope(
  report: Report,
  chunk: Chunk,
  selection: Selection | null,
  runDay: Day,
): Scope | null {
  const column = dayColumnOf(report);
  if (column && chunk.first !== null && chunk.last !== null) {
    return { column, first: chunk.first, last: chunk.last };
  }
  if (report.snapshot !== 'data_date') return null;
  const day = selection?.dataDate ?? runDay;
  return { column: 'data_date', first: day, last: day };
}
