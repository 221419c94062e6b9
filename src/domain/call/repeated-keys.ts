import type { FittedRows } from '../column/fit-rows.ts';
import { hashText } from './fingerprint.ts';

/** The keys of a page's rows, each as a number; null equals null. */
export function hashKeys(
  { columns, rows }: Pick<FittedRows, 'columns' | 'rows'>,
  key: readonly string[],
): number[] {
  const places = key.map((name) => columns.indexOf(name));
  return rows.map((row) => hashText(places.map((place) => textOf(row[place])).join('\u0000')));
}

/** How many of these keys stand in the page before as well. */
export function countRepeated(keys: readonly number[], before: ReadonlySet<number>): number {
  return keys.reduce((count, key) => (before.has(key) ? count + 1 : count), 0);
}

/** Nothing that a database can hold in a text begins so. */
function textOf(value: unknown): string {
  return value === null || value === undefined ? '\u0001' : String(value);
}
