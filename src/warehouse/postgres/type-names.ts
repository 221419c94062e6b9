import type { ColumnType } from '../../domain/column/column.ts';

/** A timestamp has no zone, because nobody says which one Optimove's are in. */
export const typeNames: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  double: 'double precision',
  text: 'text',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp without time zone',
};
