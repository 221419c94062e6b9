import type { TableColumn } from '#domain/column/table-type';
import type { Filled, Inserted, InsertJob, Row, RowsInScope, Tables, Undoing } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { selectRows } from '../tables/target-rows.ts';

export async function removeRows(tables: Tables, rows: RowsInScope): Promise<number> {
  return selectRows(tables, rows).delete();
}

export async function updateRows(tables: Tables, rows: RowsInScope, values: Row): Promise<number> {
  return selectRows(tables, rows).update(values);
}

/** Triggers, but those of foreign keys, and rules. */
export async function mayUndoInserts(tables: Tables, table: string): Promise<Undoing | undefined> {
  const found = await tables.rows(
    `select 1 from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?
       and (exists (select 1 from pg_rewrite r where r.ev_class = c.oid)
         or exists (select 1 from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal))`,
    [tables.schemaName ?? null, table],
  );
  return found.length > 0 ? 'its own rows' : undefined;
}

/**
 * The server unpacks its own staged pages into the target: no row comes back to this process, so its memory
 * and its event loop hear nothing of them. One statement for each slice and list of columns.
 */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const bySlice = new Map<string, number>();
  for (const shape of await readShapes(tables, job)) {
    const slice = String(shape.slice);
    const rows = await insertShape(tables, job, shape);
    bySlice.set(slice, (bySlice.get(slice) ?? 0) + rows);
  }
  return { bySlice };
}

const readShapes = (tables: Tables, job: InsertJob): Promise<Row[]> =>
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
     select ${filled.map((each) => `${toSql(each)}, `).join('')}?::text, ?::text, ?::text, ?::timestamptz
     from ?? page cross join lateral jsonb_array_elements(page.rows::jsonb) line
     where page.chunk = ? and page.slice = ? and page.columns = ? and page.extras = ?`,
    [
      tables.qualify(job.table),
      ...filled.map(({ column }) => identifier(column.name)),
      ...[job.river, job.runId, job.chunkColumn, job.loadedAt],
      tables.qualify(job.staging),
      ...[job.chunk, slice, columns, extras].map(String),
    ],
  );
  return (result as { rowCount: number }).rowCount;
}

function toSql({ column, place, asText }: Filled): string {
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
