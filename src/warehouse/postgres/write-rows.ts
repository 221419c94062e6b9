import type { Knex } from 'knex';
import { chunkWithoutDays } from '#domain/chunk/chunk';
import type { TableColumn } from '#domain/column/table-type';
import type { Filled, Inserted, InsertJob, KeptRows, Row, RowsInScope, Tables, Undoing } from '../dialect.ts';
import { identifier, openTables } from '../identifiers.ts';
import { eachPageToInsert } from '../manifest/pages-to-insert.ts';
import { readRows, rowsColumns } from '../manifest/staging.ts';
import { toCopyChunks } from '../postgres-copy/copy-format.ts';
import { copyRows, readBytes, roomForHeader } from '../postgres-copy/copy-rows.ts';
import { endOfRows, packFixed } from '../postgres-copy/packed-rows.ts';
import { pageText } from '../stored-values.ts';
import { selectAllRows, selectRows } from '../tables/target-rows.ts';
import { quote } from './connect.ts';
import { readColumns } from './read-columns.ts';

export async function removeRows(tables: Tables, rows: RowsInScope): Promise<number> {
  return selectRows(tables, rows).delete();
}

/** DELETE and not TRUNCATE, which readers would wait for. */
export async function removeAllRows(tables: Tables, table: string, kept: KeptRows | null): Promise<void> {
  await selectAllRows(tables, table, kept).delete();
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
 * itself, one statement for each slice and list of columns; where the pages of all chunks are inserted, for each list of
 * columns. Memory does not grow with the chunk.
 */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const bySlice = new Map<string, number>();
  const add = ({ slice }: Row, rows: number) =>
    bySlice.set(String(slice ?? ''), (bySlice.get(String(slice ?? '')) ?? 0) + rows);
  const shapes = await readShapes(job);
  const packed = shapes.filter(({ is_packed }) => is_packed);
  const isCopied = packed.length > 0 && !(await refusesCopy(tables, job.table));
  if (isCopied) for (const shape of packed) add(shape, await copyShape(tables, job, shape));
  if (isCopied && packed.length === shapes.length) return { bySlice };
  const here = await bringPages(tables, job, isCopied ? 'json' : 'all');
  for (const shape of await readShapes(here))
    if (!shape.is_packed) add(shape, await insertShape(tables, here, shape));
  return { bySlice };
}

export const readShapes = (job: InsertJob): Promise<Row[]> =>
  selectPages(job)
    .distinct(
      ...(job.pages ? ['slice'] : []),
      'columns',
      'extras',
      job.staging.of.query.raw('packed is not null as is_packed'),
    )
    .where('row_count', '>', 0);

function selectPages({ staging, pages }: InsertJob) {
  const all = staging.of.from(staging.name);
  return pages ? all.where('chunk', pages.chunk).whereIn('slice', pages.slices) : all;
}

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

/** The same pages, or those that are JSON alone, where a statement may read them as JSON. */
export async function bringPages(tables: Tables, job: InsertJob, which: 'all' | 'json'): Promise<InsertJob> {
  if (!job.staging.isHere) return bringFromBooks(tables, job, which);
  if (which === 'json') return job;
  const pages = selectPages(job).whereNotNull('packed');
  for (const key of await pages.select('chunk', 'slice', 'call', 'page')) {
    const of = tables.from(job.staging.name).where({ ...key });
    const [packed] = await of.clone().select(...rowsColumns);
    if (packed) await of.update({ rows: pageText(readRows(tables.dialect, packed)), packed: null });
  }
  return job;
}

const broughtPages = 'river_pages';

/** Page by page into a table of the session, which goes with the transaction. */
async function bringFromBooks(tables: Tables, job: InsertJob, which: 'all' | 'json'): Promise<InsertJob> {
  await tables.query.raw(
    `create temporary table ?? (chunk text, slice text, call text, page integer, columns text, extras text, row_count integer,
       rows text, packed bytea) on commit drop`,
    [broughtPages],
  );
  for await (const page of eachPageToInsert(job)) {
    if (which === 'json' && page.packed !== null) continue;
    const { chunk, slice, call, columns, extras, row_count } = page;
    const rows = page.rows ?? pageText(readRows(tables.dialect, page));
    await tables
      .query(broughtPages)
      .insert({ chunk, slice, call, page: page.page, columns, extras, row_count, rows });
  }
  const of = openTables(tables.query, tables.dialect, undefined);
  return { ...job, staging: { of, name: broughtPages, isHere: true } };
}

/** A page goes with others until they have so many bytes, and is read in parts where it has more. */
const bytesAtATime = 1024 * 1024;

/** The packed pages of one list of columns, in the order of slice, call and page. Says how many rows the server has taken. */
export async function copyShape(tables: Tables, job: InsertJob, shape: Row): Promise<number> {
  const { slice, columns, extras } = shape;
  const filled = job.filledBy({ columns: JSON.parse(String(columns)), extras: JSON.parse(String(extras)) });
  const { river, runId } = job;
  const loadedAt = await readLoadedAt(tables, job);
  const fixedOf = (chunk: unknown) => packFixed([river, runId, toChunkColumn(job, String(chunk)), loadedAt]);
  const places = filled.map(({ place }) => place);
  const statement = tables.query
    .raw(
      `copy ?? (_river, _run_id, _chunk, _loaded_at${', ??'.repeat(filled.length)}) from stdin (format binary)`,
      [tables.qualify(job.table), ...filled.map(({ column }) => identifier(column.name))],
    )
    .toQuery();
  const ofShape = { ...(job.pages && { slice }), columns, extras };
  const pages = selectPages(job).where(ofShape).whereNotNull('packed');
  const sizes = await pages
    .clone()
    .select(...pageKey, job.staging.of.query.raw('octet_length(packed) as bytes'))
    .orderBy([...pageKey]);
  let rows = 0;
  for (const some of takeTogether(sizes)) {
    for await (const read of readPacked(tables, job, pages, some)) {
      const packed = read.map((page) => page.packed);
      const fixed = { fields: 4, packed: read.map(({ chunk }) => fixedOf(chunk)) };
      rows += await copyRows(tables, statement, toCopyChunks(packed, fixed, places, roomForHeader));
    }
  }
  return rows;
}

const toChunkColumn = ({ pages }: InsertJob, chunk: string): string | null => {
  if (pages) return pages.chunkColumn;
  return chunk === chunkWithoutDays.key ? null : chunk;
};

/** A statement takes no more than so many parameters. */
const pagesAtATime = 1_000;

/** What tells a staged page from others. */
const pageKey = ['chunk', 'slice', 'call', 'page'] as const;

interface PackedPage {
  readonly chunk: unknown;
  readonly packed: Buffer;
}

/** The packed rows of these pages; of a page that is larger than what is read at a time its rows in several parts. */
async function* readPacked(
  tables: Tables,
  { staging }: InsertJob,
  pages: Knex.QueryBuilder<Row, Row[]>,
  some: readonly Row[],
): AsyncGenerator<PackedPage[]> {
  const [first] = some;
  const bytes = Number(first?.bytes);
  const read = async (query: Knex.QueryBuilder<Row, Row[]>): Promise<Buffer[]> =>
    staging.isHere ? readBytes(tables, query) : (await query).map(({ packed }) => packed as Buffer);
  if (bytes <= bytesAtATime) {
    const keys = some.map((page) => pageKey.map((column) => page[column] as string));
    const packed = await read(
      pages
        .clone()
        .whereIn([...pageKey], keys)
        .orderBy([...pageKey])
        .select('packed'),
    );
    yield packed.map((each, at) => ({ chunk: some[at]?.chunk, packed: each }));
    return;
  }
  let rest = Buffer.alloc(0);
  for (let from = 1; from <= bytes; from += bytesAtATime) {
    const part = pages
      .clone()
      .where(Object.fromEntries(pageKey.map((column) => [column, first?.[column]])))
      .select(staging.of.query.raw('substr(packed, ?, ?) as packed', [from, bytesAtATime]));
    const packed = Buffer.concat([rest, ...(await read(part))]);
    const end = endOfRows(packed);
    yield [{ chunk: first?.chunk, packed: packed.subarray(0, end) }];
    rest = packed.subarray(end);
  }
}

function* takeTogether(sizes: readonly Row[]): Generator<Row[]> {
  let together: Row[] = [];
  let bytes = 0;
  for (const page of sizes) {
    const isFull = bytes + Number(page.bytes) > bytesAtATime || together.length === pagesAtATime;
    if (together.length > 0 && isFull) {
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
  const { pages } = job;
  const result = await tables.query.raw(
    `insert into ?? (${filled.map(() => '??, ').join('')}_river, _run_id, _chunk, _loaded_at)
     select ${filled.map((each) => `${toSql(each)}, `).join('')}?::text, ?::text,
       ${pages ? '?::text' : 'nullif(page.chunk, ?)'}, ?::timestamptz
     from ?? page cross join lateral jsonb_array_elements(page.rows::jsonb) line
     where page.columns = ? and page.extras = ? and page.packed is null${pages ? ' and page.chunk = ? and page.slice = ?' : ''}`,
    [
      tables.qualify(job.table),
      ...filled.map(({ column }) => identifier(column.name)),
      ...[job.river, job.runId, pages ? pages.chunkColumn : chunkWithoutDays.key, job.loadedAt],
      job.staging.of.qualify(job.staging.name),
      ...[columns, extras, ...(pages ? [pages.chunk, slice] : [])].map(String),
    ],
  );
  return (result as { rowCount: number }).rowCount;
}

export function toSql({ column, place, asText }: Filled): string {
  const text = `(line ->> ${place})`;
  if (asText === undefined || column.type?.kind === 'text') return castTo(column, text);
  return castTo(column, `nullif(${text}, '')`);
}

/** To the plain type: what has come so far is neither cut nor rounded by the column's width. */
export function castTo({ declared, type }: TableColumn, value: string): string {
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
    case 'enum':
      return `${value}::${writeType(declared)}`;
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

/** A type as the server spells it, with its quoted names written as Knex may be given them. */
const writeType = (declared: string): string =>
  declared.replace(/"((?:[^"]|"")*)"/g, (_quoted, name: string) => quote(name.replaceAll('""', '"')));
