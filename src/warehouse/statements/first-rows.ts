import type { Row, Tables } from '../dialect.ts';

/** A few rows of a table, as they come. */
export const firstRows = async (tables: Tables, table: string, limit: number): Promise<Row[]> =>
  tables.from(table).limit(limit);
