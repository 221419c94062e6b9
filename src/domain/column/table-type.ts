import type { StoredType } from './column.ts';
import { exactDecimal, isLongNumber } from './read-number.ts';

/** What a table's column can hold without cutting or rounding anything. */
export type TableType =
  | { readonly kind: 'integer'; readonly bits: 16 | 32 | 64 }
  /** Decimal digits; `precision` and `scale` are null where there is no bound. */
  | { readonly kind: 'numeric'; readonly precision: number | null; readonly scale: number | null }
  /**
   * A whole number of 64 bits or a double: SQLite's numeric affinity. `texts`: other texts as well, under a name that is no
   * number's, such as STRING or JSON; SQLite would turn those that look like numbers into numbers.
   */
  | { readonly kind: 'number'; readonly texts?: boolean }
  | { readonly kind: 'double' }
  | { readonly kind: 'real' }
  /** `length` in characters; `padded`: blanks at the end do not count. */
  | { readonly kind: 'text'; readonly length: number | null; readonly padded?: boolean }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'enum'; readonly words: readonly string[] }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  /** `digits` of a second; `verbatim`: kept as the text that was written. */
  | { readonly kind: 'timestamp'; readonly digits: number; readonly verbatim?: boolean }
  /** A column of SQLite without a type: every value as it came. */
  | { readonly kind: 'any' };

/** A column as it stands in a table. */
export interface TableColumn {
  /** As the table spells it. */
  readonly name: string;
  /** As the database declares it. */
  readonly declared: string;
  /** Undefined where River does not fill columns of this type. */
  readonly type: TableType | undefined;
  /** It may not be null and has no default: each INSERT must give it a value. */
  readonly isRequired?: boolean;
  /** It may not be null, whether it has a default or not. */
  readonly isNotNull?: boolean;
  /** The database puts a number of its own in the place of a null. */
  readonly numbersNull?: boolean;
}

/** The table that a page's values are fitted to, as it is now. */
export interface TargetTable {
  readonly table: string;
  /** Whether a column for numbers of a new field is made for as many digits as these have; left out where it has no bound. */
  readonly boundsNumbers?: boolean;
  /** The table's column for a river's column; undefined where there is none. */
  find(name: string): TableColumn | undefined;
}

/** Identifies the type that a staged value was fitted to: equal signatures mean equal rules. */
export const typeSignature = ({ declared, type }: TableColumn): string => declared || `(${type?.kind})`;

/** The type that holds every value of a declared column: River gives it to the columns that it creates. */
export const idealType: Readonly<Record<StoredType, TableType>> = {
  integer: { kind: 'integer', bits: 64 },
  numeric: { kind: 'numeric', precision: null, scale: null },
  double: { kind: 'double' },
  text: { kind: 'text', length: null },
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp', digits: 6 },
};

const numberKinds: ReadonlySet<TableType['kind']> = new Set([
  'integer',
  'numeric',
  'number',
  'double',
  'real',
]);

/** Whether a column holds numbers. */
export const isNumber = (type: TableType): boolean => numberKinds.has(type.kind);

/** Which values of a declared type do not fit a table's column, in words; undefined where all fit. */
export function narrowness(wanted: StoredType, type: TableType): string | undefined {
  const ideal = idealType[wanted];
  // They stand there as 1 and 0.
  if (ideal.kind === 'boolean' && isNumber(type)) return undefined;
  switch (type.kind) {
    case 'any':
      return undefined;
    case 'text':
      return type.length === null ? undefined : `longer texts than ${type.length} characters`;
    case 'integer':
      if (ideal.kind !== 'integer') return `what is no whole number`;
      return type.bits === 64 ? undefined : `whole numbers beyond ${type.bits} bits`;
    case 'numeric':
      if (!isNumeric(ideal)) return 'what is no number';
      return type.precision === null ? undefined : `numbers of more digits`;
    case 'number':
      if (type.texts)
        return ideal.kind === 'text' ? 'texts that look like other numbers, such as 007' : undefined;
      return ideal.kind === 'integer' || ideal.kind === 'double' ? undefined : 'what is no number';
    case 'double':
      if (!isNumeric(ideal)) return 'what is no number';
      return ideal.kind === 'numeric' ? 'numbers of more digits' : undefined;
    case 'real':
      return isNumeric(ideal) ? 'numbers of more than 6 digits' : 'what is no number';
    case 'timestamp':
      if (ideal.kind === 'date') return undefined;
      if (ideal.kind !== 'timestamp') return 'what is no time';
      return type.digits < 6 ? `times with more than ${type.digits} digits of a second` : undefined;
    case 'date':
      if (ideal.kind === 'timestamp') return 'times of a day';
      return ideal.kind === 'date' ? undefined : 'what is no day';
    case 'uuid':
      return 'what is no UUID';
    case 'enum':
      return 'other words';
    case 'boolean':
      return ideal.kind === 'boolean' ? undefined : 'what is no boolean';
  }
}

const isNumeric = ({ kind }: TableType): boolean =>
  kind === 'integer' || kind === 'double' || kind === 'numeric';

/** The kind of values of a field that no report declares; `nothing`: only null and `""`. */
export type FieldKind = 'nothing' | 'numbers' | 'booleans' | 'texts';

/** The kind of one value. Text stays text even where it looks like a number: the API wrote it as text. */
export function readKind(raw: unknown): FieldKind {
  if (raw === null || raw === undefined || raw === '') return 'nothing';
  if (typeof raw === 'boolean') return 'booleans';
  const number = isLongNumber(raw) ? raw.rawJSON : raw;
  const isNumber = typeof raw === 'number' || isLongNumber(raw);
  return isNumber && exactDecimal(number, null, null) !== undefined ? 'numbers' : 'texts';
}

/** The kind of values of both kinds together. */
export function joinKinds(one: FieldKind, other: FieldKind): FieldKind {
  if (one === other || other === 'nothing') return one;
  return one === 'nothing' ? other : 'texts';
}

/** Whether every value of this kind, kept as text, is a value of the column: then no value has to be read. */
export function holdsEvery(type: TableType, kind: FieldKind): boolean {
  if (kind === 'nothing') return true;
  if (type.kind === 'text') return type.length === null && !type.padded;
  if (type.kind === 'any') return true;
  if (kind === 'numbers') return type.kind === 'numeric' && type.precision === null;
  return kind === 'booleans' && type.kind === 'boolean';
}
