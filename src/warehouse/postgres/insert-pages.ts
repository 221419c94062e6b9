import type { TableColumn } from '#domain/column/table-type';
import type { Filled, Inserted, InsertJob } from '../commit/insert-job.ts';
import type { Row, Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';

/**
 * The server unpacks its own staged pages into the target: no row comes back to this process, so its memory
 * and its event loop hear nothing of them. One statement for each slice and list of columns.
 */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const bySlice = new Map<string, number>();
  for (const shape of await shapesOf(tables, job)) {
    const slice = String(shape.slice);
    const rows = await insertShape(tables, job, shape);
    bySlice.set(slice, (bySlice.get(slice) ?? 0) + rows);
  }
  return { bySlice };
}

const shapesOf = (tables: Tables, job: InsertJob): Promise<Row[]> =>
  tables
    .from(job.staging)
    .distinct('slice', 'columns', 'extras')
    .where('chunk', job.chunk)
    .whereIn('slice', job.slices)
    .where('row_count', '>', 0);

async function insertShape(tables: Tables, job: InsertJob, { slice, columns, extras }: Row): Promise<number> {
  const shape = { columns: JSON.parse(String(columns)), extras: JSON.parse(String(extras)) };
  const filled = job.filledBy(shape);
  const result = await tables.query.raw(
    `insert into ?? (${filled.map(() => '??, ').join('')}_river, _run_id, _chunk, _loaded_at)
     select ${filled.map((each) => `${sqlOf(each)}, `).join('')}?::text, ?::text, ?::text, ?::timestamptz
     from ?? page cross join lateral jsonb_array_elements(page.rows::jsonb) line
     where page.chunk = ? and page.slice = ? and page.columns = ? and page.extras = ?`,
    [
      tables.nameOf(job.table),
      ...filled.map(({ column }) => named(column.name)),
      ...[job.river, job.runId, job.chunkColumn, job.loadedAt],
      tables.nameOf(job.staging),
      ...[job.chunk, slice, columns, extras].map(String),
    ],
  );
  return (result as { rowCount: number }).rowCount;
}

function sqlOf({ column, place, asText }: Filled): string {
  const text = `(line ->> ${place})`;
  if (asText === undefined || column.type?.kind === 'text') return castTo(column, text);
  return castTo(column, `nullif(${text}, '')`);
}

/** To the plain type: what has come so far is neither cut nor rounded by the column's width. */
function castTo({ declared, type }: TableColumn, value: string): string {
  switch (type?.kind) {
    case 'integer':
      return `${value}::bigint`;
    case 'numeric':
      return `${value}::numeric`;
    case 'double':
      return `${value}::double precision`;
    case 'real':
      return `${value}::real`;
    case 'boolean':
      return `${value}::boolean`;
    case 'date':
      return `${value}::date`;
    case 'timestamp':
      return declared.includes('with time zone')
        ? `(${value}::timestamp at time zone 'UTC')`
        : `${value}::timestamp`;
    default:
      return declared === 'citext' ? `${value}::citext` : value;
  }
}
