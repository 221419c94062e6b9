import type { Call } from '../call/call.ts';
import { listOfEndpoint } from '../catalogue/lists.ts';
import { arrangeRows } from './arrange-rows.ts';
import type { Column, ColumnType, Value } from './column.ts';
import { fitColumn } from './fit-column.ts';
import { placesOf } from './places.ts';

/** The rows of one page, fitted to columns. */
export interface FittedRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** For each of `columns` the narrowest type, from the declared one upwards, that holds every value of this page. */
  readonly types: Readonly<Record<string, ColumnType>>;
}

/**
 * Fits an answer's rows to a river's columns (`columnsOfRiver`): keys by their spellings whatever their case,
 * stamps added, attributes one by one. A field that no column names gets one of its own after the river's.
 * Throws RowShapeError for a row that is no object, or whose attributes can't be told apart.
 */
export function fitRows(
  answerRows: readonly unknown[],
  call: Pick<Call, 'key' | 'stamps' | 'keep'>,
  columns: readonly Column[],
): FittedRows {
  const places = placesOf(columns, call);
  const arranged = arrangeRows(answerRows, call, columns, places);
  const rows: Value[][] = arranged.map(() => []);
  const fitted: { name: string; type: ColumnType }[] = [];
  places.names.forEach((name, place) => {
    const type = fitColumn(arranged, place, columns[place]?.type, rows);
    if (type !== undefined) fitted.push({ name, type });
  });
  return {
    columns: fitted.map(({ name }) => name),
    rows,
    types: Object.fromEntries(fitted.map(({ name, type }) => [name, type])),
  };
}

/** Fits the rows of a list call to what is read from them, and nothing else. */
export function fitListRows(
  answerRows: readonly unknown[],
  call: Pick<Call, 'key' | 'endpoint' | 'stamps'>,
): FittedRows {
  const wanted = listOfEndpoint(call.endpoint).columns;
  const { columns, rows, types } = fitRows(answerRows, call, wanted);
  const names = columns.slice(0, wanted.length);
  return {
    columns: names,
    rows: rows.map((row) => row.slice(0, wanted.length)),
    types: Object.fromEntries(names.map((name) => [name, types[name] ?? 'text'])),
  };
}
