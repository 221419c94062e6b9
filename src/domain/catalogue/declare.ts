import type { Column, ColumnType } from '../column/column.ts';
import { snakeCase } from '../column/snake-case.ts';
import type { Report } from './report.ts';

/** A column that is stamped from the call: the answer does not repeat this parameter. */
export function stamped(parameter: string, type: ColumnType): Column {
  return { name: snakeCase(parameter), type, from: 'call', source: parameter };
}

/** A column for a key of the answer. */
export function answered(
  key: string,
  type: ColumnType,
  more: Pick<Column, 'alsoSpelled' | 'nullWord' | 'rowPerItem'> = {},
): Column {
  return { name: snakeCase(key), type, from: 'answer', source: key, ...more };
}

/** The day that is asked for, where the answer has a `Date` of its own. */
export const endDate: Column = { name: 'end_date', type: 'date', from: 'call', source: 'Date' };

/** The day on which a campaign report found its campaign: the `Date` of the list call. */
export const foundOn: Column = { name: 'found_on', type: 'date', from: 'call', source: 'Date' };

/** The day up to which Optimove's data was complete. */
export const dataDate: Column = {
  name: 'data_date',
  type: 'date',
  from: 'call',
  source: 'GetLastDataUpdate',
};

/** The run's day, where the answer is the state of this moment. */
export const snapshotDate: Column = {
  name: 'snapshot_date',
  type: 'date',
  from: 'call',
  source: "run's day",
};

/** A report's declaration, frozen all through: nothing may change what every run relies on. */
export function declareReport(report: Report): Report {
  return freezeThrough(report);
}

function freezeThrough<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freezeThrough(part);
  return Object.freeze(value);
}
