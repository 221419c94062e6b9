import { type ColumnType, isProvenance, snakeCase } from '#domain/column/column';
import { type Extra, unknownField } from '#domain/column/fit-rows';
import { type NumberDigits, widest } from '#domain/column/read-number';
import {
  type FieldKind,
  holdsEvery,
  joinKinds,
  type TableColumn,
  typeSignature,
} from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import type { Target } from '#domain/river/target';
import { besideName, columnFinder, columnNameIn, sameName } from '../column-name.ts';
import type { Dialect } from '../dialect.ts';
import type { MadeType } from '../dialect-facts.ts';
import { type ColumnRecord, toRecordedKey } from '../manifest/targets.ts';
import { declaredFinder, type TableState } from './declared-columns.ts';

/** What the rows of some pages bear. */
export interface PageShape {
  readonly columns: readonly string[];
  readonly types: Readonly<Record<string, string>>;
  readonly extras: readonly Extra[];
}

/** A column that is to be added. */
export interface NewColumn {
  readonly name: string;
  readonly type: MadeType;
  /** Of its numbers, where they have more than the usual ones. */
  readonly digits?: NumberDigits | undefined;
}

/** Which column of the table takes what of a page. */
export interface Layout {
  /** By the river's own names. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** By recorded key; a field that is left out is not among them. */
  readonly fields: ReadonlyMap<string, TableColumn>;
  /** The column for what does not fit, by the column's name in the table. */
  readonly besides: ReadonlyMap<string, TableColumn>;
}

/** A layout, and what has to be done before it holds. */
export interface LayoutPlan extends Layout {
  readonly missing: readonly NewColumn[];
  readonly records: readonly ColumnRecord[];
  /** Whether pages were fitted to something else than the table is now. */
  readonly refits: boolean;
}

/**
 * Decides which column takes what. A key that no report declares has its snake_case name, or the next free one; of several
 * new ones the first in the order of their letters. What is decided is recorded with the target, so that it does not depend on
 * who comes first. To be asked with the target locked, where something is to be done about it.
 */
export function planLayout(
  dialect: Dialect,
  { table, drift }: Pick<Target, 'table' | 'drift'>,
  state: TableState,
  shapes: readonly PageShape[],
): LayoutPlan {
  const find = columnFinder(dialect, state.columns);
  const missing: NewColumn[] = [];
  const records: ColumnRecord[] = [];
  const recorded = new Map(state.records.map((record) => [`${record.part} ${record.source}`, record]));
  const taken = new Set(state.records.map(({ name }) => sameName(dialect, name)));

  const add = (name: string, type: MadeType, digits?: NumberDigits): TableColumn => {
    missing.push({ name, type, digits });
    return columnAs(dialect, name, type);
  };
  /** The recorded or the next free column for this; undefined where there is none and none may be added. */
  const columnFor = (
    part: ColumnRecord['part'],
    source: string,
    base: string,
    isUsable: (column: TableColumn) => boolean,
    type: MadeType | undefined,
    digits?: NumberDigits,
  ): TableColumn | undefined => {
    const found = recorded.get(`${part} ${source}`);
    // The river may have got a column of that name since: it is filled by what the report declares.
    const record = found && isOwn(found.name) ? undefined : found;
    const known = record && find(record.name);
    if (known && isUsable(known)) return known;
    const name =
      record && !known
        ? record.name
        : freeColumn(dialect, base, (each) => {
            const there = find(each);
            return taken.has(sameName(dialect, each)) || (there !== undefined && !isUsable(there));
          });
    const there = find(name);
    if (!there && type === undefined) return undefined;
    taken.add(sameName(dialect, name));
    records.push({ part, source, name, madeAs: there ? null : (type ?? null) });
    return there ?? (type && add(name, type, digits));
  };

  const columns = ownColumns(dialect, table, shapes, declaredFinder(dialect, state), add);
  const own = new Set([...columns.values()].map(({ name }) => sameName(dialect, name)));
  const isOwn = (name: string): boolean => own.has(sameName(dialect, name));
  for (const name of own) taken.add(name);

  const fields = new Map<string, TableColumn>();
  for (const { source, key, kind, digits, as } of listFields(shapes)) {
    const type = drift === 'ignore' ? undefined : madeTypes[kind];
    const name = as ?? (snakeCase(key) || 'field');
    const column = columnFor('field', source, name, ({ type }) => !!type, type, digits);
    if (column) fields.set(source, column);
  }
  const added = missing.find(({ name }) => [...fields.values()].some((field) => field.name === name));
  if (drift === 'fail' && added) throw unknownField(table, added.name);

  const besides = new Map<string, TableColumn>();
  for (const name of misfitColumns(shapes)) {
    if (drift === 'fail') throw misfit(table, find(name)?.name ?? name, find(name)?.declared);
    if (drift === 'ignore') continue;
    const column = columnFor('text', name, besideName(name), isWholeText, 'text');
    if (column) besides.set(name, column);
  }
  const layout = { columns, fields, besides };
  return { ...layout, missing, records, refits: shapes.some((shape) => needsRefit(shape, layout)) };
}

/** Whether values of such pages have to be read anew for their columns. */
export function needsRefit(shape: PageShape, layout: Layout): boolean {
  const isOther = (name: string) => {
    const column = layout.columns.get(name);
    return column !== undefined && shape.types[name] !== typeSignature(column);
  };
  return shape.columns.some(isOther) || shape.extras.some((extra) => isFieldOfOtherType(extra, layout));
}

/** Whether a field is to be read anew as what its column holds. */
export function isFieldOfOtherType(extra: Extra, { fields }: Layout): boolean {
  if (!('field' in extra)) return false;
  const column = fields.get(toRecordedKey(extra.field));
  if (!column?.type || extra.type === typeSignature(column)) return false;
  return extra.type !== undefined || !holdsEvery(column.type, extra.kind);
}

/** What a field's column is made as. */
const madeTypes: Readonly<Record<FieldKind, MadeType | undefined>> = {
  nothing: undefined,
  numbers: 'numeric',
  booleans: 'boolean',
  texts: 'text',
};

const isWholeText = ({ type }: TableColumn): boolean =>
  type?.kind === 'text' && type.length === null && !type.padded;

/** The columns that a report or its river declares, by their own names. Throws where two names would be one column. */
function ownColumns(
  dialect: Dialect,
  table: string,
  shapes: readonly PageShape[],
  find: (name: string) => TableColumn | undefined,
  add: (name: string, type: MadeType) => TableColumn,
): Map<string, TableColumn> {
  const columns = new Map<string, TableColumn>();
  const owners = new Map<string, string>();
  for (const { columns: names, types } of shapes) {
    for (const name of names) {
      if (columns.has(name)) continue;
      const inTable = columnNameIn(dialect, name);
      const owner = owners.get(sameName(dialect, inTable));
      if (owner !== undefined || isProvenance(inTable)) throw oneColumn(table, owner ?? name, name);
      owners.set(sameName(dialect, inTable), name);
      const there = find(name);
      if (there && !there.type) throw unusable(table, there);
      columns.set(name, there ?? add(inTable, madeType(dialect, types[name] ?? 'text')));
    }
  }
  return columns;
}

/** What a column is made as that has these values: its declared type, or what the table's column was that is gone. */
function madeType(dialect: Dialect, signature: string): MadeType {
  if (signature in dialect.typeNames) return signature as ColumnType;
  const type = dialect.toTableType(signature);
  if (type?.kind === 'number') return type.texts ? 'text' : 'double';
  if (type?.kind === 'real') return 'double';
  return type === undefined || type.kind === 'any' || type.kind === 'uuid' || type.kind === 'enum'
    ? 'text'
    : type.kind;
}

function columnAs(dialect: Dialect, name: string, type: MadeType): TableColumn {
  const declared = dialect.typeNames[type];
  if (type === 'numeric') return { name, declared, type: { kind: 'numeric', precision: null, scale: null } };
  return { name, declared, type: dialect.toTableType(declared) };
}

/** A key that no column names, over all pages. */
interface Field {
  readonly source: string;
  readonly key: string;
  readonly kind: FieldKind;
  readonly digits: NumberDigits | undefined;
  /** The name that the river gives to its column. */
  readonly as: string | undefined;
}

function listFields(shapes: readonly PageShape[]): Field[] {
  const fields = new Map<string, Field>();
  for (const { extras } of shapes) {
    for (const extra of extras) {
      if (!('field' in extra)) continue;
      const source = toRecordedKey(extra.field);
      const known = fields.get(source);
      const key = known && known.key < extra.field ? known.key : extra.field;
      fields.set(source, {
        source,
        key,
        kind: joinKinds(known?.kind ?? 'nothing', extra.kind),
        digits:
          known?.digits && extra.digits
            ? widest(known.digits, extra.digits)
            : (known?.digits ?? extra.digits),
        as: extra.as,
      });
    }
  }
  return [...fields.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}

function misfitColumns(shapes: readonly PageShape[]): string[] {
  const names = new Set(
    shapes.flatMap(({ extras }) => extras.flatMap((e) => ('beside' in e ? e.beside : []))),
  );
  return [...names].sort();
}

function freeColumn(dialect: Dialect, base: string, isTaken: (name: string) => boolean): string {
  for (let count = 1; ; count += 1) {
    const name = columnNameIn(dialect, count === 1 ? base : `${base}_${count}`);
    if (!isTaken(name) && !isProvenance(name)) return name;
  }
}

function oneColumn(table: string, one: string, other: string): SchemaConflictError {
  const [what, facts] =
    one === other
      ? [`the column ${other}, which River fills itself`, { table, column: other }]
      : [`both ${one} and ${other}, which are one column there`, { table, columns: [one, other] }];
  return new SchemaConflictError(
    `${table} cannot have ${what}. Give it another name with overrides.columns.`,
    { facts },
  );
}

function unusable(table: string, { name, declared }: TableColumn): SchemaConflictError {
  return new SchemaConflictError(
    `${table}.${name} is ${declared}, which River does not fill. Change the column, or give the river another table.`,
    { facts: { table, column: name, declared } },
  );
}

function misfit(table: string, column: string, declared = 'gone'): SchemaConflictError {
  return new SchemaConflictError(
    `The answer has values that do not fit the column ${table}.${column} (${declared || 'no type'}), and the river's \`drift: fail\` ` +
      'takes no chunk with such values. Change the column, or set drift to evolve or ignore.',
    { facts: { table, column, declared } },
  );
}
