import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import type { Value } from '../../domain/column/column.ts';
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
  readonly rows: string;
}

/** Pages of one list of columns go through one prepared statement, a row at a time. */
interface Shape {
  readonly insert: Statement;
  readonly bind: readonly { readonly place: number; readonly as: (value: Value) => unknown }[];
  /** Where a row bears its day; −1 where it has none. */
  readonly dayPlace: number;
}

/** Page by page, so that memory does not grow with the chunk; the event loop has its turn between batches of rows. */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const connection = await connectionUnder(tables.query);
  const provenance = [job.river, job.runId, job.chunkColumn, job.loadedAt];
  const shapes = new Map<string, Shape>();
  const bySlice = new Map<string, number>();
  const byDay = new Map<string | null, number>();
  for (const slice of job.slices) {
    for (const page of pagesOf(tables, connection, job, slice)) {
      const shape = shapes.get(page.columns) ?? shapeOf(tables, connection, job, page.columns);
      shapes.set(page.columns, shape);
      const rows = JSON.parse(page.rows) as Value[][];
      for (const [at, row] of rows.entries()) {
        shape.insert.run(...shape.bind.map(({ place, as }) => as(row[place] ?? null)), ...provenance);
        if (job.dayColumn !== null) {
          const day = row[shape.dayPlace] ?? null;
          byDay.set(day as string | null, (byDay.get(day as string | null) ?? 0) + 1);
        }
        if ((at + 1) % rowsAtATime === 0) await nextTurn();
      }
      bySlice.set(slice, (bySlice.get(slice) ?? 0) + rows.length);
      await nextTurn();
    }
  }
  return { bySlice, byDay };
}

function* pagesOf(tables: Tables, connection: Database, job: InsertJob, slice: string): Generator<Page> {
  const next = connection.prepare<unknown[], Page>(
    sqlOf(
      tables
        .from(job.staging)
        .select('call', 'page', 'columns', 'rows')
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

function shapeOf(tables: Tables, connection: Database, job: InsertJob, columns: string): Shape {
  const filled = (JSON.parse(columns) as string[]).flatMap((name, place) => {
    const column = job.columnFor(name);
    return column ? [{ name: column.name, place, as: binderOf(column) }] : [];
  });
  const names = [...filled.map(({ name }) => name), '_river', '_run_id', '_chunk', '_loaded_at'];
  const row = Object.fromEntries(names.map((name) => [named(name), 0]));
  return {
    insert: connection.prepare(sqlOf(tables.from(job.table).insert(row))),
    bind: filled,
    dayPlace: filled.find(({ name }) => name === job.dayColumn)?.place ?? -1,
  };
}
