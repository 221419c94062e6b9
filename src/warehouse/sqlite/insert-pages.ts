import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import type { Value } from '#domain/column/column';
import type { Inserted, InsertJob } from '../commit/insert-job.ts';
import type { Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';
import { binderOf } from './bind-value.ts';
import { connectionUnder, sqlOf } from './raw-connection.ts';

const rowsAtATime = 1_000;

interface Page {
  readonly call: string;
  readonly page: number;
  readonly columns: string;
  readonly extras: string;
  readonly rows: string;
}

/** Pages of one list of columns go through one prepared statement, a row at a time. */
interface Shape {
  readonly insert: Statement;
  valuesOf(row: readonly Value[]): unknown[];
}

/** A column of the statement, and its value for a row of the page. */
interface Field {
  readonly name: string;
  of(row: readonly Value[]): unknown;
}

/** Page by page, so that memory does not grow with the chunk; the event loop has its turn between batches of rows. */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const connection = await connectionUnder(tables.query);
  const shapes = new Map<string, Shape>();
  const bySlice = new Map<string, number>();
  for (const slice of job.slices) {
    for (const page of pagesOf(tables, connection, job, slice)) {
      const name = `${page.columns} ${page.extras}`;
      const shape = shapes.get(name) ?? shapeOf(tables, connection, job, page);
      shapes.set(name, shape);
      const rows = JSON.parse(page.rows) as Value[][];
      let inserted = 0;
      for (const [at, row] of rows.entries()) {
        inserted += shape.insert.run(...shape.valuesOf(row)).changes;
        if ((at + 1) % rowsAtATime === 0) await nextTurn();
      }
      bySlice.set(slice, (bySlice.get(slice) ?? 0) + inserted);
      await nextTurn();
    }
  }
  return { bySlice };
}

function* pagesOf(tables: Tables, connection: Database, job: InsertJob, slice: string): Generator<Page> {
  const next = connection.prepare<unknown[], Page>(
    sqlOf(
      tables
        .from(job.staging)
        .select('call', 'page', 'columns', 'extras', 'rows')
        .where({ chunk: job.chunk, slice })
        .where('row_count', '>', 0)
        .whereRaw('(call, page) > (?, ?)', ['', 0])
        .orderBy(['call', 'page'])
        .limit(1),
    ),
  );
  let page = next.get(job.chunk, slice, 0, '', -1, 1);
  while (page) {
    yield page;
    page = next.get(job.chunk, slice, 0, page.call, page.page, 1);
  }
}

function shapeOf(tables: Tables, connection: Database, job: InsertJob, page: Page): Shape {
  const provenance = [
    { name: '_river', value: job.river },
    { name: '_run_id', value: job.runId },
    { name: '_chunk', value: job.chunkColumn },
    { name: '_loaded_at', value: job.loadedAt },
  ].map(({ name, value }): Field => ({ name, of: () => value }));
  const shape = { columns: JSON.parse(page.columns), extras: JSON.parse(page.extras) };
  const fields = job.filledBy(shape).map((filled): Field => {
    const { column, place } = filled;
    const bind = binderOf(filled);
    return { name: column.name, of: (row) => bind(row[place] ?? null) };
  });
  const all = [...fields, ...provenance];
  // Knex has an order of its own for the columns: each one's number comes back where its value belongs.
  const statement = tables
    .from(job.table)
    .insert(Object.fromEntries(all.map(({ name }, at) => [named(name), at])));
  const inOrder = statement.toSQL().bindings.flatMap((at) => all[Number(at)] ?? []);
  return {
    insert: connection.prepare(sqlOf(statement)),
    valuesOf: (row) => inOrder.map((field) => field.of(row)),
  };
}
