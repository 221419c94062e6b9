import type { ColumnType } from './column.ts';
import { exactInteger } from './read-number.ts';

/**
 * The type of a column that no declaration names, from a value of it. Text stays text even where it looks like
 * a number or a date: the API wrote it as text. Undefined for null: it says nothing.
 */
export function inferType(raw: unknown): ColumnType | undefined {
  switch (typeof raw) {
    case 'boolean':
      return 'boolean';
    case 'bigint':
    case 'number':
      return exactInteger(raw) === undefined ? 'double' : 'integer';
    case 'undefined':
      return undefined;
    default:
      return raw === null ? undefined : 'text';
  }
}
