import type { Call } from '../call/call.ts';
import { type Column, snakeCase } from './column.ts';
import { isLongNumber } from './read-number.ts';
import { readValue, toPlain } from './read-value.ts';
import { idealType, type TableType } from './table-type.ts';

/** The answer's keys for customer attributes, whatever their case; the documented one first. */
const attributesKeys = ['CustomerAttributes', 'CustomerAttribute'] as const;

/** The place of the key that holds all customer attributes: their values go to several columns. */
export const attributesPlace = -1;

/**
 * The places of a page's rows, and which key of the answer goes where: first the river's columns, then the fields that no
 * column names, each under its own key. Each key is looked up once a page.
 */
export interface ColumnLayout {
  /** Keys that no column names, in the order of their places, which come after the columns'. */
  readonly fields: readonly string[];
  /** The place of what a field holds second values of, a column or another field; its own where it holds none. */
  rootOf(field: number): number;
  placeOf(key: string): number;
  /** Keys in the order in which their values are put: the same whatever their order in the row. */
  inOrder(fields: Readonly<Record<string, unknown>>): string[];
  /** Those of a row's keys that only resemble a column which another key of the row names: they never fill it. */
  namesakes(keys: readonly string[]): ReadonlySet<string>;
  /** Puts a value into a row; where its place has another value already, or is a namesake's, into a field of its own. */
  put(row: unknown[], place: number, value: unknown, isNamesake?: boolean): void;
  /** What the row holds in a column's place and beside it. */
  held(row: readonly unknown[], place: number): unknown[];
  /** A row without anything but what the call stamps. */
  emptyRow(): unknown[];
  /** Fills in what the call knows and the answer has left out or empty. */
  complete(row: unknown[]): void;
}

/** A key's place, and how well it names it: the documented spelling goes before the others. */
interface Found {
  readonly place: number;
  readonly rank: number;
}

const byNameRank = 1_000;
const noKeys: ReadonlySet<string> = new Set();

export function createLayout(columns: readonly Column[], call: Pick<Call, 'stamps'>): ColumnLayout {
  const nullWords = columns.map((column) => column.nullWord);
  const types = columns.map(({ type }) => idealType[type]);
  const hasAttributes = columns.some(({ from }) => from === 'attribute');
  const { bySpelling, byName } = indexColumns(columns);
  const found = new Map<string, Found>();
  const keysOfPlace = new Map<number, number>();
  let hasRivals = false;
  const fields: string[] = [];
  const fieldPlaces = new Map<string, number>();
  const roots = new Map<number, number>();
  const stamps = columns.flatMap(({ name, from }, place) => {
    const value = call.stamps[name];
    return value === undefined || value === null ? [] : [{ place, value, known: from === 'call' }];
  });

  const fieldPlace = (key: string): number => {
    const lower = key.toLowerCase();
    const known = fieldPlaces.get(lower);
    if (known === undefined) {
      const place = columns.length + fields.push(key) - 1;
      fieldPlaces.set(lower, place);
      return place;
    }
    const at = known - columns.length;
    if (key < (fields[at] ?? key)) fields[at] = key;
    return known;
  };
  const find = (key: string): Found => {
    const lower = key.toLowerCase();
    const spelled = bySpelling.get(lower);
    if (spelled) return { place: spelled.place, rank: spelled.rank + (spelled.spelling === key ? 0 : 1) };
    const asAttributes = attributesKeys.findIndex((known) => known.toLowerCase() === lower);
    if (hasAttributes && asAttributes >= 0)
      return {
        place: attributesPlace,
        rank: 2 * asAttributes + (attributesKeys[asAttributes] === key ? 0 : 1),
      };
    const named = byName.get(snakeCase(key));
    return named === undefined ? { place: fieldPlace(key), rank: 0 } : { place: named, rank: byNameRank };
  };
  const lookUp = (key: string): Found => {
    const known = found.get(key);
    if (known) return known;
    const place = find(key);
    found.set(key, place);
    const keys = (keysOfPlace.get(place.place) ?? 0) + 1;
    keysOfPlace.set(place.place, keys);
    hasRivals ||= keys > 1;
    return place;
  };
  /** A second value of one row for one place becomes a field of its own, named after it. */
  const findBeside = (place: number): number => {
    const beside = fieldPlace(`${columns[place]?.name ?? fields[place - columns.length]} 2`);
    roots.set(beside, roots.get(place) ?? place);
    return beside;
  };

  const empty: unknown[] = new Array(columns.length).fill(null);
  for (const { place, value, known } of stamps) if (known) empty[place] = value;

  return {
    fields,
    rootOf: (field) => roots.get(columns.length + field) ?? columns.length + field,
    placeOf: (key) => lookUp(key).place,
    namesakes(keys) {
      if (!hasRivals) return noKeys;
      const ranks = keys.map((key) => ({ key, ...lookUp(key) }));
      const spelled = new Set(ranks.flatMap(({ place, rank }) => (rank < byNameRank ? [place] : [])));
      return new Set(
        ranks.flatMap(({ key, place, rank }) => (rank === byNameRank && spelled.has(place) ? [key] : [])),
      );
    },
    inOrder(row) {
      const keys = Object.keys(row);
      for (const key of keys) lookUp(key);
      if (!hasRivals) return keys;
      return keys.sort((one, other) => lookUp(one).rank - lookUp(other).rank || (one < other ? -1 : 1));
    },
    put(row, place, value, isNamesake = false) {
      if (value === null || value === undefined || value === nullWords[place]) return;
      let free = isNamesake && isNothing(row[place], types[place]) ? findBeside(place) : place;
      while (row[free] !== null && row[free] !== undefined) {
        if (isSame(row[free], value, types[place])) return;
        if (isNothing(row[free], types[free])) break;
        free = findBeside(free);
      }
      row[free] = value;
    },
    held(row, place) {
      const values: unknown[] = [];
      for (let at: number | undefined = place; at !== undefined; ) {
        if (row[at] !== null && row[at] !== undefined) values.push(row[at]);
        const name: string | undefined = columns[at]?.name ?? fields[at - columns.length];
        at = fieldPlaces.get(`${name} 2`.toLowerCase());
      }
      return values;
    },
    emptyRow: () => empty.slice(),
    complete(row) {
      for (const { place, value, known } of stamps)
        if (!known && isNothing(row[place], types[place])) row[place] = value;
    },
  };
}

/** A column from the answer goes by its spellings, then every column but the attributes by its name. */
function indexColumns(columns: readonly Column[]): {
  bySpelling: ReadonlyMap<string, Found & { readonly spelling: string }>;
  byName: ReadonlyMap<string, number>;
} {
  const bySpelling = new Map<string, Found & { readonly spelling: string }>();
  const byName = new Map<string, number>();
  columns.forEach((column, place) => {
    if (column.from !== 'attribute') byName.set(column.name, place);
    if (column.from !== 'answer') return;
    [column.source, ...(column.alsoSpelled ?? [])].forEach((spelling, at) => {
      const lower = spelling.toLowerCase();
      if (!bySpelling.has(lower)) bySpelling.set(lower, { place, rank: 2 * at, spelling });
    });
  });
  return { bySpelling, byName };
}

/**
 * An answer may repeat what was asked, as text or as a number: that is not a second value, nor is a value that a column of
 * this type reads as null.
 */
function isSame(one: unknown, other: unknown, type: TableType | undefined): boolean {
  if (one === other || (isScalar(one) && isScalar(other) && scalarText(one) === scalarText(other)))
    return true;
  const read = type && readValue(other, type);
  return read !== undefined && (read === null || read === readValue(one, type as TableType));
}

/** Whether a value says nothing in a column of this type. */
function isNothing(value: unknown, type: TableType | undefined): boolean {
  return value === null || value === undefined || (type !== undefined && readValue(value, type) === null);
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || isLongNumber(value);
const scalarText = (value: unknown): string => String(toPlain(value));
