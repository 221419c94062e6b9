import type { Knex } from 'knex';
import type { InsertJob, Row } from '../dialect.ts';

/** A staged page on its way into a table. */
export interface PageToInsert extends Row {
  readonly chunk: string;
  readonly slice: string;
  readonly call: string;
  readonly page: number;
  readonly row_count: number;
  readonly columns: string;
  readonly extras: string;
  readonly types: string;
  readonly rows: string | null;
  readonly packed: Buffer | null;
}

const pageToInsert = ['row_count', 'columns', 'extras', 'types', 'rows', 'packed'] as const;

/**
 * The pages that a commit inserts, one after the other, in the order in which they count: that of the slices as they are given, of
 * call and page. Where all pages of a table are inserted, that of their chunks first. Never more than one is in memory. `read`: a
 * way past Knex, where the driver has one.
 */
export async function* eachPageToInsert(
  { staging, pages }: Pick<InsertJob, 'staging' | 'pages'>,
  read: (query: Knex.QueryBuilder<Row, Row[]>) => PromiseLike<Row[]> = (query) => query,
): AsyncGenerator<PageToInsert> {
  const key = pages ? (['call', 'page'] as const) : (['chunk', 'slice', 'call', 'page'] as const);
  for (const slice of pages ? pages.slices : [null]) {
    const of = pages ? { chunk: pages.chunk, slice } : {};
    let after: readonly unknown[] = [...key.slice(1).map(() => ''), -1];
    for (;;) {
      const next = staging.of
        .from(staging.name)
        .where(of)
        .where('row_count', '>', 0)
        .whereRaw(`(${key.join(', ')}) > (${key.map(() => '?').join(', ')})`, after as Knex.RawBinding[])
        .orderBy([...key])
        .limit(1)
        .select('chunk', 'slice', 'call', 'page', ...pageToInsert);
      const [page] = await read(next);
      if (!page) break;
      yield page as PageToInsert;
      after = key.map((column) => page[column]);
    }
  }
}
