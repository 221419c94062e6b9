import type { Call } from '../call/call.ts';
import { findList } from '../catalogue/lists.ts';
import { RowShapeError } from '../errors.ts';
import { arrangeRows } from './arrange-rows.ts';
import type { Column, Value } from './column.ts';
import { createLayout } from './column-layout.ts';
import { readValue, toText } from './read-value.ts';
import {
  type FieldKind,
  idealType,
  isNumber,
  joinKinds,
  readKind,
  type TableColumn,
  type TableType,
  type TargetTable,
  typeSignature,
} from './table-type.ts';

/** What follows the river's columns in the rows of a page. */
export type Extra =
  /** A key that no column names, its values as text. `type`: what they were fitted to since, once its column was there. */
  | { readonly field: string; readonly kind: FieldKind; readonly type?: string }
  /** The values that do not fit a column of the table, by the column's name there, as text. */
  | { readonly beside: string };

/** The rows of one page, fitted to columns. */
export interface FittedRows {
  /** The river's columns, with which each row begins. */
  readonly columns: readonly string[];
  /** For each of `columns` what its values were fitted to: the signature of the table's column. */
  readonly types: Readonly<Record<string, string>>;
  /** What follows them in each row; nothing where it is left out. */
  readonly extras?: readonly Extra[];
  readonly rows: readonly (readonly Value[])[];
  /** How many values do not fit, by the table's column. */
  readonly misfits?: Readonly<Record<string, number>>;
}

/** What an answer's rows become: a river's columns (`listColumns`) in its table. */
export interface FitTarget {
  readonly columns: readonly Column[];
  /** Columns in which nothing may be missing because it did not fit. */
  readonly key: readonly string[];
  readonly table: TargetTable;
}

/**
 * Fits an answer's rows to a river's columns: keys by their spellings whatever their case, stamps added, attributes one
 * by one. A value that the table's column cannot hold goes beside it, as text; a field that no column names keeps its own key.
 * Throws RowShapeError for a row that is no object, whose attributes can't be told apart, or whose key does not fit.
 */
export function fitRows(
  answerRows: readonly unknown[],
  call: Pick<Call, 'key' | 'stamps' | 'keep'>,
  { columns, key, table }: FitTarget,
): FittedRows {
  const places = createLayout(columns, call);
  const arranged = arrangeRows(answerRows, call, columns, places);
  const types = new Map<string, string>();
  const besides: { readonly column: string; readonly texts: readonly (string | null)[] }[] = [];
  const misfits = new Map<string, number>();
  columns.forEach((column, place) => {
    const inTable = table.find(column.name) ?? idealColumn(column);
    types.set(column.name, typeSignature(inTable));
    const fitted = fitColumn(arranged, place, createReader(column, inTable.type));
    if (!fitted) return;
    if (key.includes(column.name)) throw keyMisfit(call.key, table.table, inTable, fitted.first);
    besides.push({ column: inTable.name, texts: fitted.texts });
    misfits.set(inTable.name, fitted.count);
  });
  const fields = places.fields.map((field, at) => ({ field, kind: fitField(arranged, columns.length + at) }));
  const extras = fields.flatMap(({ field, kind }): Extra[] => (kind === undefined ? [] : [{ field, kind }]));
  const isKept = (place: number) =>
    place < columns.length || fields[place - columns.length]?.kind !== undefined;
  // From here on they hold nothing but values.
  const fitted = arranged as Value[][];
  const rows =
    extras.length === fields.length
      ? fitted
      : fitted.map((row) => row.filter((_value, place) => isKept(place)));
  for (const { column, texts } of besides) {
    extras.push({ beside: column });
    for (const [at, row] of rows.entries()) row.push(texts[at] ?? null);
  }
  return {
    columns: columns.map(({ name }) => name),
    types: Object.fromEntries(types),
    extras,
    rows,
    misfits: Object.fromEntries(misfits),
  };
}

/** Fits the rows of a list call to the columns that are read from them. A value that does not fit stays as it came. */
export function fitListRows(
  answerRows: readonly unknown[],
  call: Pick<Call, 'key' | 'endpoint' | 'stamps'>,
): FittedRows {
  const { columns } = findList(call.endpoint);
  const arranged = arrangeRows(answerRows, call, columns, createLayout(columns, call));
  return {
    columns: columns.map(({ name }) => name),
    types: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
    rows: arranged.map((row) =>
      columns.map(({ type }, place) => readFirst(row[place], idealType[type], idealType.text)),
    ),
  };
}

interface Misfits {
  /** The row of the first, from 0. */
  readonly first: number;
  readonly count: number;
  readonly texts: readonly (string | null)[];
}

/** Puts a column's values in the place of what the answer has there; null where one does not fit. */
function fitColumn(
  rows: readonly unknown[][],
  place: number,
  read: (raw: unknown) => Value | undefined,
): Misfits | undefined {
  let misfits: { first: number; count: number; texts: (string | null)[] } | undefined;
  // What a call stamps is the same in all its rows.
  let last: { readonly raw: unknown; readonly value: Value } = { raw: null, value: null };
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as unknown[];
    const raw = row[place];
    if (raw === last.raw) {
      row[place] = last.value;
      continue;
    }
    const value = read(raw);
    row[place] = value ?? null;
    if (value !== undefined) {
      last = { raw, value };
      continue;
    }
    misfits ??= { first: at, count: 0, texts: new Array(rows.length).fill(null) };
    misfits.count += 1;
    misfits.texts[at] = toText(raw);
  }
  return misfits;
}

/** The same of a field that no column names: texts, until its column is known. Undefined where it has none. */
function fitField(rows: readonly unknown[][], place: number): FieldKind | undefined {
  let kind: FieldKind | undefined;
  for (const row of rows) {
    const raw = row[place];
    if (raw !== null && raw !== undefined) kind = joinKinds(kind ?? 'nothing', readKind(raw));
    row[place] = raw === null || raw === undefined ? null : toText(raw);
  }
  return kind;
}

function createReader(column: Column, type: TableType = idealType[column.type]) {
  if (type.kind === 'any') {
    return (raw: unknown) => readFirst(raw, idealType[column.type], type);
  }
  // What the report declares is read first: a midnight is a day, a boolean stands as one.
  if (type.kind === 'number' && type.texts) {
    return (raw: unknown) => {
      const value = readValue(raw, idealType[column.type]);
      return value === null ? null : readValue(value ?? raw, type);
    };
  }
  // A table without booleans has them as 1 and 0.
  if (column.type === 'boolean' && isNumber(type)) {
    return (raw: unknown) => {
      const value = readValue(raw, idealType.boolean);
      return typeof value === 'boolean' ? Number(value) : readValue(raw, type);
    };
  }
  // Rows are found again by the day that they were stamped with, as it was asked for.
  if (type.kind === 'timestamp' && type.verbatim && column.type === 'date' && column.from === 'call') {
    return (raw: unknown) => readValue(raw, idealType.date);
  }
  return (raw: unknown) => readValue(raw, type);
}

/** A value as the first type, or else as the other, which takes every value. */
function readFirst(raw: unknown, type: TableType, other: TableType): Value {
  const value = readValue(raw, type);
  return value === undefined ? (readValue(raw, other) ?? null) : value;
}

const idealColumn = ({ name, type }: Column): TableColumn => ({
  name,
  declared: type,
  type: idealType[type],
});

/** The message names no value: it is part of a row. */
export function keyMisfit(
  call: string,
  table: string,
  { name, declared }: TableColumn,
  at: number,
): RowShapeError {
  return new RowShapeError(
    `Optimove answered ${call} with a value in row ${at + 1} of its page that does not fit ${table}.${name} (${declared}). ` +
      'It is a column of the key, which is never left empty for that.',
    { facts: { call, table, column: name, declared, row: at + 1 } },
  );
}
