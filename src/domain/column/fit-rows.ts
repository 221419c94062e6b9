import type { Call } from '../call/call.ts';
import { findList } from '../catalogue/lists.ts';
import { RowShapeError, SchemaConflictError } from '../errors.ts';
import { arrangeRows } from './arrange-rows.ts';
import {
  type ColumnChoices,
  type ColumnPlan,
  type HashText,
  hideValues,
  planColumns,
  type StoredColumn,
} from './chosen-columns.ts';
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
  /**
   * A key that no column names, its values as text. `type`: what they were fitted to since, once its column was there;
   * `as`: the name that the river gives to its column.
   */
  | { readonly field: string; readonly kind: FieldKind; readonly type?: string; readonly as?: string }
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

/** What an answer's rows become: a river's columns (`listColumns`), as it chooses them, in its table. */
export interface FitTarget {
  readonly columns: readonly Column[];
  /** Left out where the river chooses none. */
  readonly chosen?: {
    readonly choices: ColumnChoices;
    readonly hash: HashText;
    /** What becomes of a field that no report declares, where the table has no column for it. */
    readonly drift: 'evolve' | 'ignore' | 'fail';
  };
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
  { columns, chosen, key, table }: FitTarget,
): FittedRows {
  const plan = planColumns(columns, chosen?.choices);
  const places = createLayout(plan.places, call);
  const arranged = arrangeRows(answerRows, call, plan.places, places);
  if (chosen) hideValues(arranged, plan, places, chosen.hash);
  const { present, untyped } = findPresent(arranged, plan, table, chosen?.drift);
  const types = new Map<string, string>();
  const besides: { readonly column: string; readonly texts: readonly (string | null)[] }[] = [];
  const misfits = new Map<string, number>();
  for (const { column, place } of present) {
    const inTable = table.find(column.name) ?? idealColumn(column);
    types.set(column.name, typeSignature(inTable));
    const misfit = fitColumn(arranged, place, createReader(column, inTable.type));
    if (!misfit) continue;
    if (key.includes(column.name)) throw keyMisfit(call.key, table.table, inTable, misfit.first);
    besides.push({ column: inTable.name, texts: misfit.texts });
    misfits.set(inTable.name, misfit.count);
  }
  const extras: Extra[] = [];
  const kept = present.map(({ place }) => place);
  const keepField = (place: number, toExtra: (kind: FieldKind) => Extra) => {
    const kind = fitField(arranged, place);
    if (kind === undefined) return;
    extras.push(toExtra(kind));
    kept.push(place);
  };
  for (const { column, place } of untyped) {
    // Recorded under another key than the field without a choice: that one may have a column already.
    const field = `${column.declared.name} as ${column.name}`;
    keepField(place, (kind) => ({ field, kind, as: column.name }));
  }
  places.fields.forEach((field, at) => {
    keepField(plan.places.length + at, (kind) => ({ field, kind }));
  });
  // From here on they hold nothing but values.
  const fitted = arranged as Value[][];
  const all = plan.places.length + places.fields.length;
  const isWhole = kept.length === all && kept.every((place, at) => place === at);
  const rows = isWhole ? fitted : fitted.map((row) => kept.map((place) => row[place] ?? null));
  for (const { column, texts } of besides) {
    extras.push({ beside: column });
    for (const [at, row] of rows.entries()) row.push(texts[at] ?? null);
  }
  return {
    columns: present.map(({ column }) => column.name),
    types: Object.fromEntries(types),
    extras,
    rows,
    misfits: Object.fromEntries(misfits),
  };
}

interface Present {
  readonly column: StoredColumn;
  readonly place: number;
}

/** The columns that these rows fill: all that are declared, and of the names that wait for a field those that have found one. */
function findPresent(
  rows: readonly (readonly unknown[])[],
  { stored }: ColumnPlan,
  table: TargetTable,
  drift: 'evolve' | 'ignore' | 'fail' = 'evolve',
): { readonly present: readonly Present[]; readonly untyped: readonly Present[] } {
  const all = stored.flatMap((column, place) => (column ? [{ column, place }] : []));
  const found = all.filter(
    ({ column, place }) =>
      !column.waits || rows.some((row) => row[place] !== null && row[place] !== undefined),
  );
  const lacks = ({ waits, name }: StoredColumn) => waits === 'typed' && table.find(name) === undefined;
  const lacking = found.find(({ column }) => lacks(column));
  if (lacking && drift === 'fail') throw unknownField(table.table, lacking.column.name);
  return {
    present: found.filter(
      ({ column }) => column.waits !== 'untyped' && (drift !== 'ignore' || !lacks(column)),
    ),
    untyped: found.filter(({ column }) => column.waits === 'untyped'),
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

/** A field that no report declares, in a table without a column for it. */
export function unknownField(table: string, column: string): SchemaConflictError {
  return new SchemaConflictError(
    `The table ${table} has no column ${column}, and the river's \`drift: fail\` lets none be added. ` +
      'Add the column, or set drift to evolve or ignore.',
    { facts: { table, column } },
  );
}

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
