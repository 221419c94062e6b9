import type { ColumnType } from '../../domain/column/column.ts';

/**
 * SQLite takes a declared type as a wish for how values are kept. Days and timestamps are declared as text,
 * so that a column of them that widens to text needs no change.
 */
export const typeNames: Readonly<Record<ColumnType, string>> = {
  integer: 'integer',
  double: 'double',
  text: 'text',
  boolean: 'boolean',
  date: 'text',
  timestamp: 'text',
};
