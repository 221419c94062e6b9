import type { TableColumn } from '#domain/column/table-type';
import type { Filled, Inserted, InsertJob, Row, RowsInScope, Tables, Undoing } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { readRows, rowsColumns } from '../manifest/staging.ts';
import { copyRows, roomForHeader } from '../postgres-copy/copy-rows.ts';
import { packFixed, toCopyChunks } from '../postgres-copy/packed-rows.ts';
import { pageText } from '../stored-values.ts';
import { selectRows } from '../tables/target-rows.ts';
import { readColumns } from './read-columns.ts';

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
 * Packed pages go to the server as they are, some at a time, and it puts them into the target with COPY. Pages that are JSON it unpacks
 * itself, one statement for each slice and list of columns. Memory does not grow with the chunk.
 */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const bySlice = new Map<string, number>();
  let shapes = await readShapes(tables, job);
  if (shapes.some(({ is_packed }) => is_packed) && (await refusesCopy(tables, job.table))) {
    await unpackPages(tables, job);
    shapes = await readShapes(tables, job);
  }
  for (const shape of shapes) {
    const slice = String(shape.slice);
    const rows = await (shape.is_packed ? copyShape(tables, job, shape) : insertShape(tables, job, shape));
    bySlice.set(slice, (bySlice.get(slice) ?? 0) + rows);
  }
  return { bySlice };
}

const readShapes = (tables: Tables, job: InsertJob): Promise<Row[]> =>
  tables
    .from(job.staging)
    .distinct('slice', 'columns', 'extras', tables.query.raw('packed is not null as is_packed'))
    .where('chunk', job.chunk)
    .whereIn('slice', job.slices)
    .where('row_count', '>', 0);

/** When the rows were loaded, as the table's column takes it. */
async function readLoadedAt(tables: Tables, { table, loadedAt }: InsertJob): Promise<Date | string> {
  const column = (await readColumns(tables, table))?.find(({ name }) => name === '_loaded_at');
  const instant = new Date(loadedAt);
  if (column?.type?.kind === 'timestamp') return instant;
  const [written] = await tables.rows('select ?::timestamptz::text as instant', [loadedAt]);
  return String(written?.instant);
}

/** COPY passes by the rules of a table, and the server refuses it where rows are secured one by one. */
async function refusesCopy(tables: Tables, table: string): Promise<boolean> {
  const found = await tables.rows(
    `select 1 from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = coalesce(?::text, current_schema()::text) and c.relname = ?
       and (row_security_active(c.oid) or exists (select 1 from pg_rewrite r where r.ev_class = c.oid))`,
    [tables.schemaName ?? null, table],
  );
  return found.length > 0;
}

/** Makes packed pages JSON, one at a time. */
async function unpackPages(tables: Tables, { staging, chunk, slices }: InsertJob): Promise<void> {
  const pages = tables.from(staging).where({ chunk }).whereIn('slice', slices).whereNotNull('packed');
  for (const { slice, call, page } of await pages.clone().select('slice', 'call', 'page')) {
    const of = tables.from(staging).where({ chunk, slice, call, page });
    const [packed] = await of.clone().select(...rowsColumns);
    if (packed) await of.update({ rows: pageText(readRows(tables, packed)), packed: null });
  }
}

/** A page goes with others until they have so many bytes. */
const bytesAtATime = 4 * 1024 * 1024;

async function copyShape(tables: Tables, job: InsertJob, shape: Row): Promise<number> {
  const { slice, columns, extras } = shape;
  const filled = job.filledBy({ columns: JSON.parse(String(columns)), extras: JSON.parse(String(extras)) });
  const { river, runId, chunkColumn } = job;
  const fixed = {
    fields: 4,
    packed: packFixed([river, runId, chunkColumn, await readLoadedAt(tables, job)]),
  };
  const places = filled.map(({ place }) => place);
  const statement = tables.query
    .raw(
      `copy ?? (_river, _run_id, _chunk, _loaded_at${', ??'.repeat(filled.length)}) from stdin (format binary)`,
      [tables.qualify(job.table), ...filled.map(({ column }) => identifier(column.name))],
    )
    .toQuery();
  const ofShape = { chunk: job.chunk, slice, columns, extras };
  const pages = tables.from(job.staging).where(ofShape).whereNotNull('packed');
  const sizes = await pages
    .clone()
    .select('call', 'page', tables.query.raw('octet_length(packed) as bytes'))
    .orderBy(['call', 'page']);
  let rows = 0;
  for (const some of takeTogether(sizes)) {
    const read = await pages
      .clone()
      .whereIn(
        ['call', 'page'],
        some.map(({ call, page }) => [String(call), Number(page)]),
      )
      .select('packed');
    const packed = read.map((page) => page.packed as Buffer);
    rows += await copyRows(tables, statement, toCopyChunks(packed, fixed, places, roomForHeader));
  }
  return rows;
}

function* takeTogether(sizes: readonly Row[]): Generator<Row[]> {
  let together: Row[] = [];
  let bytes = 0;
  for (const page of sizes) {
    if (together.length > 0 && bytes + Number(page.bytes) > bytesAtATime) {
      yield together;
      together = [];
      bytes = 0;
    }
    together.push(page);
    bytes += Number(page.bytes);
  }
  if (together.length > 0) yield together;
}

async function insertShape(tables: Tables, job: InsertJob, { slice, columns, extras }: Row): Promise<number> {
  const shape = { columns: JSON.parse(String(columns)), extras: JSON.parse(String(extras)) };
  const filled = job.filledBy(shape);
  const result = await tables.query.raw(
    `insert into ?? (${filled.map(() => '??, ').join('')}_river, _run_id, _chunk, _loaded_at)
     select ${filled.map((each) => `${toSql(each)}, `).join('')}?::text, ?::text, ?::text, ?::timestamptz
     from ?? page cross join lateral jsonb_array_elements(page.rows::jsonb) line
     where page.chunk = ? and page.slice = ? and page.columns = ? and page.extras = ? and page.packed is null`,
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
    case 'uuid':
      return `${value}::uuid`;
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
