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
import { type ColumnLayout, createLayout } from './column-layout.ts';
import { createReader, type FieldValues, fitColumn, fitField, idealColumn, readFirst } from './fit-column.ts';
import { idealType, type TableColumn, type TargetTable, typeSignature } from './table-type.ts';

/** What follows the river's columns in the rows of a page. */
export type Extra =
  /**
   * A key that no column names, its values as text. `type`: what they were fitted to since, once its column was there;
   * `as`: the name that the river gives to its column.
   */
  | ({ readonly field: string; readonly type?: string; readonly as?: string } & FieldValues)
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
  target: FitTarget,
): FittedRows {
  const fitter = createFitter(call, target);
  return fitter.finish(fitter.add(answerRows) ?? []);
}

/** Fits the rows of one page, some at a time. */
export interface RowFitter {
  /** Of the rows that `add` gives. */
  readonly columns: readonly string[];
  readonly types: Readonly<Record<string, string>>;
  /**
   * Gives the rows fitted, where they have the river's columns and nothing else; from the first time on that they have something
   * else the fitter keeps them, because only all of them tell what it is.
   */
  add(answerRows: readonly unknown[]): Value[][] | undefined;
  /** Whether it keeps rows. */
  hasKept(): boolean;
  /** All rows of the page: those that `add` has given, and those that were kept. */
  finish(given: readonly (readonly Value[])[]): FittedRows;
}

/** The same as `fitRows`, some rows at a time. */
export function createFitter(
  call: Pick<Call, 'key' | 'stamps' | 'keep'>,
  { columns, chosen, key, table }: FitTarget,
): RowFitter {
  const plan = planColumns(columns, chosen?.choices);
  const places = createLayout(plan.places, call);
  const all = listPlaces(plan);
  const types = toTypes(all, table);
  // Whether a name that waits for a field has found one, only all rows tell.
  const isSettled = all.every(({ column }) => !column.waits);
  const readers = all.map(({ column, place }) => ({ place, read: readerIn(table, column) }));
  const isWhole = all.length === plan.places.length;
  const kept: unknown[][] = [];
  let before = 0;

  const arrange = (rows: readonly unknown[]) => arrangeRows(rows, call, plan.places, places, before);
  /** In their place; undefined where a value does not fit. */
  const fitPlain = (arranged: readonly unknown[][]): Value[][] | undefined => {
    if (chosen) hideValues(arranged, plan, places, chosen.hash);
    for (const { place, read } of readers) if (fitColumn(arranged, place, read)) return undefined;
    const fitted = arranged as Value[][];
    return isWhole ? fitted : fitted.map((row) => all.map(({ place }) => row[place] ?? null));
  };

  return {
    columns: all.map(({ column }) => column.name),
    types: Object.fromEntries(types),
    add(answerRows) {
      const arranged = arrange(answerRows);
      const isPlain = isSettled && kept.length === 0 && places.fields.length === 0;
      const fitted = isPlain ? fitPlain(arranged) : undefined;
      // Trying to fit them has put values in the place of what the answer has.
      if (!fitted) for (const row of isPlain ? arrange(answerRows) : arranged) kept.push(row);
      before += answerRows.length;
      return fitted;
    },
    hasKept: () => kept.length > 0,
    finish: (given) => fitKept(given, kept, call.key, { plan, places, chosen, key, table }),
  };
}

function fitKept(
  given: readonly (readonly Value[])[],
  arranged: unknown[][],
  call: string,
  {
    plan,
    places,
    chosen,
    key,
    table,
  }: {
    readonly plan: ColumnPlan;
    readonly places: ColumnLayout;
    readonly chosen: FitTarget['chosen'] | undefined;
  } & Pick<FitTarget, 'key' | 'table'>,
): FittedRows {
  if (chosen) hideValues(arranged, plan, places, chosen.hash);
  const { present, untyped } = findPresent(arranged, plan, table, chosen?.drift);
  const besides: { readonly column: string; readonly texts: readonly (string | null)[] }[] = [];
  const misfits = new Map<string, number>();
  for (const { column, place } of present) {
    const misfit = fitColumn(arranged, place, readerIn(table, column));
    if (!misfit) continue;
    const inTable = table.find(column.name) ?? idealColumn(column);
    if (key.includes(column.name)) throw keyMisfit(call, table.table, inTable, given.length + misfit.first);
    besides.push({ column: inTable.name, texts: misfit.texts });
    misfits.set(inTable.name, misfit.count);
  }
  const extras: Extra[] = [];
  const kept = present.map(({ place }) => place);
  const keepField = (place: number, field: { readonly field: string; readonly as?: string }) => {
    const values = fitField(arranged, place, table);
    if (values === undefined) return;
    extras.push({ ...field, ...values });
    kept.push(place);
  };
  for (const { column, place } of untyped) {
    // Recorded under another key than the field without a choice: that one may have a column already.
    const field = `${column.declared.name} as ${column.name}`;
    keepField(place, { field, as: column.name });
  }
  places.fields.forEach((field, at) => {
    keepField(plan.places.length + at, { field });
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
  const inExtras: null[] = new Array(extras.length).fill(null);
  return {
    columns: present.map(({ column }) => column.name),
    types: Object.fromEntries(toTypes(present, table)),
    extras,
    rows: given.length === 0 ? rows : [...given.map((row) => [...row, ...inExtras]), ...rows],
    misfits: Object.fromEntries(misfits),
  };
}

const toTypes = (present: readonly Present[], table: TargetTable): Map<string, string> =>
  new Map(
    present.map(({ column }) => [column.name, typeSignature(table.find(column.name) ?? idealColumn(column))]),
  );

const readerIn = (table: TargetTable, column: StoredColumn) =>
  createReader(column, (table.find(column.name) ?? idealColumn(column)).type);

interface Present {
  readonly column: StoredColumn;
  readonly place: number;
}

const listPlaces = ({ stored }: ColumnPlan): Present[] =>
  stored.flatMap((column, place) => (column ? [{ column, place }] : []));

/** The columns that these rows fill: all that are declared, and of the names that wait for a field those that have found one. */
function findPresent(
  rows: readonly (readonly unknown[])[],
  plan: ColumnPlan,
  table: TargetTable,
  drift: 'evolve' | 'ignore' | 'fail' = 'evolve',
): { readonly present: readonly Present[]; readonly untyped: readonly Present[] } {
  const all = listPlaces(plan);
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

/** A fitter that keeps all rows, and gives them to `fit`. */
export function createWholeFitter(fitAll: (answerRows: readonly unknown[]) => FittedRows): RowFitter {
  const kept: unknown[] = [];
  return {
    columns: [],
    types: {},
    add(answerRows) {
      for (const row of answerRows) kept.push(row);
      return undefined;
    },
    hasKept: () => kept.length > 0,
    finish: () => fitAll(kept),
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
    `Optimove answered ${call} with a value in row ${at + 1} of its page that does not fit ${table}.${name} (${declared || 'no type'}). ` +
      'It is a column of the key, which is never left empty for that.',
    { facts: { call, table, column: name, declared, row: at + 1 } },
  );
}
