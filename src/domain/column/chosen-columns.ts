/**
 * `columns:` of a river: which columns it leaves out, and which it names, types or hashes otherwise. `planColumns` says for each
 * column of the report what is stored of it. `hideValues` takes what is left out or hashed out of a page's rows before anything
 * else is done with them, so that no later step, message or count can know it.
 */

import { type Column, type StoredType, snakeCase } from './column.ts';
import type { ColumnLayout } from './column-layout.ts';
import { readValue, toText } from './read-value.ts';
import { idealType } from './table-type.ts';

/** What a river says of one column; `hash` is the reference to its salt, such as `${SALT}`. */
export type ColumnChoice =
  | 'omit'
  | {
      readonly rename?: string | undefined;
      readonly type?: StoredType | undefined;
      readonly hash?: string | undefined;
    };

/** By the column's name without any choice. */
export type ColumnChoices = Readonly<Record<string, ColumnChoice>>;

/** A column as a river stores it: `name` and `type` are those of the table. */
export interface StoredColumn extends Column {
  /** The column without any choice. */
  readonly declared: Column;
  /** The reference to the salt with which its values are hashed. */
  readonly salt?: string;
  /** No report declares it: it is there once a field of that name is. `untyped`: its values decide its type. */
  readonly waits?: 'typed' | 'untyped';
}

/** The columns of a river with its choices. */
export interface ColumnPlan {
  /** What an answer's rows are arranged to: the declared columns, then the names that wait for a field. */
  readonly places: readonly Column[];
  /** For each place what is stored of it; null where it is left out. */
  readonly stored: readonly (StoredColumn | null)[];
}

/** Gives the hash of a text, with the salt that is referred to. */
export type HashText = (salt: string, text: string) => string;

export function planColumns(declared: readonly Column[], choices: ColumnChoices | undefined): ColumnPlan {
  const chosen = new Map(Object.entries(choices ?? {}));
  const waiting = waitingNames(declared, choices).map(
    (name): Column => ({ name, type: 'text', from: 'answer', source: name }),
  );
  const places = [...declared, ...waiting];
  return {
    places,
    stored: places.map((column, place) =>
      storeColumn(column, chosen.get(column.name), place >= declared.length),
    ),
  };
}

/** The columns of the river's table that are known beforehand, as they are stored. */
export const storedColumns = (
  declared: readonly Column[],
  choices: ColumnChoices | undefined,
): StoredColumn[] =>
  planColumns(declared, choices).stored.flatMap((column) => (column && !column.waits ? [column] : []));

/** Names of `columns:` that no report declares and no attribute has: they wait for a field of that name. */
export function waitingNames(declared: readonly Column[], choices: ColumnChoices | undefined): string[] {
  const known = new Set(declared.map(({ name }) => name));
  return Object.keys(choices ?? {}).filter((name) => !known.has(name));
}

/** What a column is called in the table. */
export function nameInTable(choices: ColumnChoices | undefined, name: string): string {
  const choice = choices && Object.hasOwn(choices, name) ? choices[name] : undefined;
  return (choice !== undefined && choice !== 'omit' && choice.rename) || name;
}

/** Whether nothing of the column's values may be seen as it came. */
export const isHidden = (choice: ColumnChoice | undefined): boolean =>
  choice === 'omit' || choice?.hash !== undefined;

/** Whether a river hides any of its columns. */
export const hidesColumns = (choices: ColumnChoices | undefined): boolean =>
  Object.values(choices ?? {}).some(isHidden);

/** The references to the salts of a river, each once. */
export const listSalts = (choices: ColumnChoices | undefined): string[] => [
  ...new Set(
    Object.values(choices ?? {}).flatMap((choice) => (choice === 'omit' ? [] : (choice.hash ?? []))),
  ),
];

function storeColumn(
  column: Column,
  choice: ColumnChoice | undefined,
  isWaiting: boolean,
): StoredColumn | null {
  if (choice === 'omit') return null;
  const { rename, type, hash } = choice ?? {};
  return {
    ...column,
    name: rename ?? column.name,
    type: hash === undefined ? (type ?? column.type) : 'text',
    declared: column,
    ...(hash !== undefined && { salt: hash }),
    ...(isWaiting && { waits: hash === undefined && type === undefined ? 'untyped' : 'typed' }),
  };
}

/**
 * Takes out of arranged rows what is left out, and puts hashes in the place of what is hashed. A field that repeats such a
 * column (a second value of the same row, or an attribute that stands there under its own name as well) is treated as the column is.
 */
export function hideValues(
  rows: readonly unknown[][],
  { places, stored }: ColumnPlan,
  layout: Pick<ColumnLayout, 'fields' | 'rootOf'>,
  hash: HashText,
): void {
  const hide = (place: number, by: number) => {
    const column = stored[by];
    const declared = places[by];
    if (!declared || column === undefined) return;
    if (column === null) for (const row of rows) row[place] = null;
    else if (column.salt !== undefined) {
      const { salt } = column;
      for (const row of rows) {
        const text = storedText(row[place], declared.type);
        row[place] = text === null ? null : hash(salt, text);
      }
    }
  };
  for (const place of places.keys()) hide(place, place);
  for (const at of layout.fields.keys()) {
    const root = layout.rootOf(at);
    const named = snakeCase(layout.fields[root - places.length] ?? '');
    const by = root < places.length ? root : places.findIndex(({ name }) => name === named);
    hide(places.length + at, by);
  }
}

/** The text that a column of this type would store, the same in every database. */
function storedText(raw: unknown, type: StoredType): string | null {
  if (raw === null || raw === undefined) return null;
  const value = readValue(raw, idealType[type]);
  if (value === null) return null;
  const text = value === undefined ? toText(raw) : String(value);
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
