/** The values of one column, read from an answer's rows into their places: what fits, what does not, and as what a value is read first. */

import type { Column, Value } from './column.ts';
import { joinDigits, type NumberDigits, usualDigits } from './read-number.ts';
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
} from './table-type.ts';

/** The values of a column that do not fit it. */
export interface Misfits {
  /** The row of the first, from 0. */
  readonly first: number;
  readonly count: number;
  readonly texts: readonly (string | null)[];
}

/** Puts a column's values in the place of what the answer has there; null where one does not fit. */
export function fitColumn(
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

/** What the values of a field that no column names have in common. */
export interface FieldValues {
  readonly kind: FieldKind;
  /** Left out where numbers have no bound, or these have the usual digits: pages that say the same of their fields are inserted together. */
  readonly digits?: NumberDigits;
}

/** Makes a field that no column names texts, until its column is known. Undefined where it has no values. */
export function fitField(
  rows: readonly unknown[][],
  place: number,
  { boundsNumbers = false }: Pick<TargetTable, 'boundsNumbers'>,
): FieldValues | undefined {
  let kind: FieldKind | undefined;
  let digits = usualDigits;
  for (const row of rows) {
    const raw = row[place];
    if (raw !== null && raw !== undefined) {
      kind = joinKinds(kind ?? 'nothing', readKind(raw));
      if (boundsNumbers && kind === 'numbers') digits = joinDigits(digits, raw);
    }
    row[place] = raw === null || raw === undefined ? null : toText(raw);
  }
  if (kind === undefined) return undefined;
  return kind === 'numbers' && digits !== usualDigits ? { kind, digits } : { kind };
}

/** Reads an answer's values of a column as the table's type: undefined where one does not fit. */
export function createReader(column: Column, type: TableType = idealType[column.type]) {
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
export function readFirst(raw: unknown, type: TableType, other: TableType): Value {
  const value = readValue(raw, type);
  return value === undefined ? (readValue(raw, other) ?? null) : value;
}

/** What River makes a declared column as. */
export const idealColumn = ({ name, type }: Column): TableColumn => ({
  name,
  declared: type,
  type: idealType[type],
});
