import type { MadeType } from '../dialect.ts';

/**
 * SQLite takes a declared type as a wish for how values are kept; of these it keeps days and times as the texts that they are.
 * Without a type it keeps every value as it is given: digits that a double would round stay text.
 */
export const typeNames: Readonly<Record<MadeType, string>> = {
  integer: 'integer',
  double: 'double',
  text: 'text',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  numeric: '',
  instant: 'text',
};

/** A STRICT table knows only these, and takes nothing else into such a column. In ANY every value stays as it is. */
export const strictTypeNames: Readonly<Record<MadeType, string>> = {
  integer: 'INTEGER',
  double: 'REAL',
  text: 'TEXT',
  boolean: 'ANY',
  date: 'TEXT',
  timestamp: 'TEXT',
  numeric: 'ANY',
  instant: 'TEXT',
};
