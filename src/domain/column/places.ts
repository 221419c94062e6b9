import type { Call } from '../call/call.ts';
import type { Column } from './column.ts';
import { freeName } from './free-name.ts';
import { isProvenance } from './provenance.ts';
import { snakeCase } from './snake-case.ts';

/** The answer's key for customer attributes, whatever its case. */
const attributesKeys: ReadonlySet<string> = new Set(['customerattributes', 'customerattribute']);

/** Where a key's value goes: a column's place, or the attributes' places. */
export const attributesPlace = -1;

/** The places of a page's columns, and which key of the answer goes where: each key is looked up once a page. */
export interface Places {
  /** The columns' names; those first seen in the answer come after the river's own. */
  readonly names: readonly string[];
  placeOf(key: string): number;
  /** Puts a value into a row; beside the column where another value holds its place. */
  put(row: unknown[], place: number, value: unknown): void;
  /** What the row holds in a column's place and beside it. */
  held(row: readonly unknown[], place: number): unknown[];
  /** A row without anything but what the call stamps. */
  emptyRow(): unknown[];
  /** Fills what the call knows and the answer left out. */
  complete(row: unknown[]): void;
}

export function placesOf(columns: readonly Column[], call: Pick<Call, 'stamps'>): Places {
  const names = columns.map((column) => column.name);
  const nullWords = columns.map((column) => column.nullWord);
  const { bySpelling, byName } = indexOf(columns);
  const places = new Map<string, number>();
  const beside = new Map<number, number>();
  const stamps = columns.flatMap(({ name, from }, place) => {
    const value = call.stamps[name];
    return value === undefined || value === null ? [] : [{ place, value, known: from === 'call' }];
  });

  const isTaken = (name: string) => names.includes(name) || isProvenance(name);
  const addColumn = (name: string): number => names.push(freeName(name, isTaken)) - 1;
  const find = (key: string): number => {
    const lower = key.toLowerCase();
    const declared = bySpelling.get(lower);
    if (declared !== undefined) return declared;
    if (attributesKeys.has(lower)) return attributesPlace;
    const name = snakeCase(key) || 'field';
    const known = byName.get(name) ?? addColumn(name);
    byName.set(name, known);
    return known;
  };
  const besideOf = (place: number): number => {
    const known = beside.get(place) ?? addColumn(names[place] ?? 'field');
    beside.set(place, known);
    return known;
  };

  return {
    names,
    placeOf(key) {
      const known = places.get(key);
      if (known !== undefined) return known;
      const found = find(key);
      places.set(key, found);
      return found;
    },
    put(row, place, value) {
      if (value === null || value === undefined || value === nullWords[place]) return;
      let free = place;
      while (row[free] !== null && row[free] !== undefined) {
        if (isSame(row[free], value)) return;
        free = besideOf(free);
      }
      row[free] = value;
    },
    held(row, place) {
      const values: unknown[] = [];
      for (let at: number | undefined = place; at !== undefined; at = beside.get(at)) {
        if (row[at] !== null && row[at] !== undefined) values.push(row[at]);
      }
      return values;
    },
    emptyRow() {
      const row: unknown[] = new Array(columns.length).fill(null);
      for (const { place, value, known } of stamps) if (known) row[place] = value;
      return row;
    },
    complete(row) {
      for (const { place, value } of stamps) row[place] ??= value;
    },
  };
}

/** A column from the answer goes by its spellings, then every column but the attributes by its name. */
function indexOf(columns: readonly Column[]): {
  bySpelling: ReadonlyMap<string, number>;
  byName: Map<string, number>;
} {
  const bySpelling = new Map<string, number>();
  const byName = new Map<string, number>();
  columns.forEach((column, place) => {
    if (column.from !== 'attribute') byName.set(column.name, place);
    if (column.from !== 'answer') return;
    for (const spelling of [column.source, ...(column.alsoSpelled ?? [])]) {
      if (!bySpelling.has(spelling.toLowerCase())) bySpelling.set(spelling.toLowerCase(), place);
    }
  });
  return { bySpelling, byName };
}

/** An answer may repeat what was asked, as text or as a number: that is no second value. */
function isSame(one: unknown, other: unknown): boolean {
  return (
    one === other || (typeof one !== 'object' && typeof other !== 'object' && String(one) === String(other))
  );
}
