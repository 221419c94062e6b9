import type { Report } from '../catalogue/report.ts';
import { type ColumnSettings, columnsOfRiver, keyOfRiver } from '../column/columns-of-river.ts';
import type { TableShape } from '../column/table-shape.ts';
import { dayColumnOf } from './scope.ts';

/** The table that a river fills; the report as the river calls it. */
export const shapeOfRiver = (report: Report, river: ColumnSettings): TableShape => ({
  columns: columnsOfRiver(report, river),
  key: keyOfRiver(report, river),
  dayColumn: dayColumnOf(report),
});
