import type { MadeType } from '../dialect.ts';

/** A timestamp has no zone, because nobody says which one Optimove's are in. */
export const typeNames: Readonly<Record<MadeType, string>> = {
  integer: 'bigint',
  double: 'double precision',
  text: 'text',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp without time zone',
  numeric: 'numeric',
  instant: 'timestamp with time zone',
};
