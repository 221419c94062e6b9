import type { Inserted, InsertJob } from '../commit/insert-job.ts';
import type { Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';
import type { TableColumn } from '../tables/table-column.ts';
import { typeNames } from './type-names.ts';

/**
 * The server unpacks its own staged pages into the target: no row comes back to this process, so its memory
 * and its event loop hear nothing of them. One statement for each slice and list of columns.
 */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const bySlice = new Map<string, number>();
  for (const { slice, columns } of await shapesOf(tables, job)) {
    const rows = await insertShape(tables, job, slice, columns);
    bySlice.set(slice, (bySlice.get(slice) ?? 0) + rows);
  }
  return { bySlice };
}

async function shapesOf(tables: Tables, job: InsertJob): Promise<{ slice: string; columns: string }[]> {
  const shapes = await tables
    .from(job.staging)
    .distinct('slice', 'columns')
    .where('chunk', job.chunk)
    .whereIn('slice', job.slices)
    .where('row_count', '>', 0);
  return shapes.map((row) => ({ slice: String(row.slice), columns: String(row.columns) }));
}

async function insertShape(tables: Tables, job: InsertJob, slice: string, columns: string): Promise<number> {
  const filled = (JSON.parse(columns) as string[]).flatMap((name, place) => {
    const column = job.columnFor(name);
    return column ? [{ name: column.name, value: `(line ->> ${place})::${castOf(column)}` }] : [];
  });
  const result = await tables.query.raw(
    `insert into ?? (${filled.map(() => '??, ').join('')}_river, _run_id, _chunk, _loaded_at)
     select ${filled.map(({ value }) => `${value}, `).join('')}?::text, ?::text, ?::text, ?::timestamptz
     from ?? page cross join lateral jsonb_array_elements(page.rows::jsonb) line
     where page.chunk = ? and page.slice = ? and page.columns = ?`,
    [
      tables.nameOf(job.table),
      ...filled.map(({ name }) => named(name)),
      ...[job.river, job.runId, job.chunkColumn, job.loadedAt],
      tables.nameOf(job.staging),
      ...[job.chunk, slice, columns],
    ],
  );
  return (result as { rowCount: number }).rowCount;
}

/** To the plain type only: the assignment to a column of another width then fails where it would cut. */
function castOf({ declared, type }: TableColumn): string {
  return declared === 'numeric' ? declared : typeNames[type ?? 'text'];
}
