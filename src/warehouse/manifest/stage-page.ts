import type { RequestRecord } from '#domain/call/call-history';
import type { Value } from '#domain/column/column';
import type { Extra } from '#domain/column/fit-rows';
import { SchemaConflictError } from '#domain/errors';
import { isQuiet, type PageNotes } from '#domain/run/page-notes';
import type { PackedPart, PackRows, StagedPage } from '#domain/run/staged-page';
import { besideName } from '../column-name.ts';
import type { Side } from '../databases.ts';
import type { Books, Dialect } from '../dialect.ts';
import { storePage } from '../stored-values.ts';
import { insertCalls } from './calls.ts';
import { addCalls, type Counted } from './chunks.ts';
import { listDeclared, stagingTable } from './staging.ts';

/** A page was paid for with a call: it is worth a longer wait for others that are writing. */
const busyAtMostMs = 60_000;

/**
 * Stages a page together with the requests that it took. Where the chunk is no longer open the requests are
 * noted all the same: they were sent.
 */
export async function stagePage(
  side: Side<Books>,
  runId: string,
  chunk: string | null,
  page: StagedPage,
  requests: readonly RequestRecord[],
): Promise<'staged' | 'closed'> {
  const answered = requests.findLast(({ call }) => call === page.call);
  try {
    return await side.transact(async (books) => {
      const { open } = await insertRequests(books, runId, chunk, requests, answered);
      if (!open) return 'closed';
      await insertPage(books, runId, chunk, page);
      return 'staged';
    }, busyAtMostMs);
  } catch (error) {
    if (!isStagingGone(error)) throw error;
    // The run was closed between the look at it and the insert.
    await noteRequests(side, runId, chunk, requests);
    return 'closed';
  }
}

/** Requests that brought no page. */
export async function noteRequests(
  side: Side<Books>,
  runId: string,
  chunk: string | null,
  requests: readonly RequestRecord[],
): Promise<void> {
  if (requests.length === 0) return;
  await side.transact(async (books) => {
    await insertRequests(books, runId, chunk, requests);
  }, busyAtMostMs);
}

/** Counts first: that locks the row, and in SQLite it is the write that all others wait for. */
async function insertRequests(
  books: Books,
  runId: string,
  chunk: string | null,
  requests: readonly RequestRecord[],
  answered?: RequestRecord,
): Promise<Counted> {
  const counted = await addCalls(books, runId, chunk, requests.length);
  const { report } = counted;
  const added = await insertCalls(books, { runId, chunk, report }, requests, answered);
  if (added < requests.length) await addCalls(books, runId, chunk, added - requests.length);
  return counted;
}

function isStagingGone(error: unknown): boolean {
  return error instanceof SchemaConflictError && /river_staging_/.test(error.message);
}

/** Stages a page whole, as a document; one that is there already stays as it is. */
export async function insertPage(
  books: Books,
  runId: string,
  chunk: string | null,
  page: StagedPage,
): Promise<void> {
  const { rows, packed, replaced } = storeRows(books, page);
  const names = [...page.columns, ...(page.extras ?? []).map(toColumnName)];
  const notes: PageNotes = {
    ...page.notes,
    ...(page.extras?.some((extra) => 'beside' in extra) && { misfits: page.misfits ?? {} }),
    ...(replaced.size > 0 && {
      replaced: Object.fromEntries([...replaced].map(([place, count]) => [names[place] ?? '', count])),
    }),
  };
  await books
    .from(stagingTable(runId))
    .insert({
      chunk: chunk ?? '',
      slice: page.slice,
      call: page.call,
      page: page.page,
      last: page.last,
      status: page.status,
      fingerprint: page.fingerprint,
      received: page.received,
      day: page.day,
      notes: isQuiet(notes) ? null : JSON.stringify(notes),
      row_count: countRows(page),
      columns: JSON.stringify(page.columns),
      types: JSON.stringify(page.types),
      extras: JSON.stringify(page.extras ?? []),
      rows,
      packed,
    })
    .onConflict(['chunk', 'slice', 'call', 'page'])
    .ignore();
}

const countRows = ({ packed, rows }: StagedPage): number =>
  packed ? packed.reduce((sum, part) => sum + part.rows, 0) : rows.length;

/** Lists and pages with fields or misfits are read here again, and staged as JSON: their rows have no types of a table. */
function storeRows(
  { targetDialect }: Pick<Books, 'targetDialect'>,
  {
    columns,
    types,
    extras,
    rows,
    packed: parts,
  }: Pick<StagedPage, 'columns' | 'types' | 'extras' | 'rows' | 'packed'>,
): { rows: string | null; packed: Buffer | null; replaced: ReadonlyMap<number, number> } {
  if (parts) {
    if (targetDialect.packRows || parts.every(({ form }) => typeof form === 'string'))
      return joinParts(parts);
    // The warehouse is in another database since they were packed.
    const unpacked = parts.flatMap((part) => part.unpack());
    return storeRows({ targetDialect }, { columns, types, rows: unpacked });
  }
  const mayBePacked = extras?.length === 0 && rows.length > 0;
  const packed = mayBePacked ? targetDialect.packRows?.(listDeclared(columns, types), rows) : undefined;
  if (packed) return { ...packed, rows: null };
  const { text, replaced } = storePage(rows);
  return { rows: text, packed: null, replaced };
}

/** Packs rows in the database's own form, or else as JSON. */
export const packer =
  (dialect: Pick<Dialect, 'packRows' | 'unpackRows'>): PackRows =>
  (columns, types, rows) => {
    const declared = listDeclared(columns, types);
    const { packed, replaced } = dialect.packRows?.(declared, rows) ?? {};
    if (packed && replaced)
      return {
        form: packed,
        rows: rows.length,
        replaced,
        unpack: () => dialect.unpackRows?.(declared, packed) ?? [],
      };
    const stored = storePage(rows);
    return {
      form: stored.text,
      rows: rows.length,
      replaced: stored.replaced,
      unpack: () => JSON.parse(stored.text) as Value[][],
    };
  };

/** They are all of one form. */
function joinParts(parts: readonly PackedPart[]): ReturnType<typeof storeRows> {
  const replaced = new Map<number, number>();
  const texts: string[] = [];
  const buffers: Uint8Array[] = [];
  for (const { form, replaced: some } of parts) {
    for (const [place, count] of some) replaced.set(place, (replaced.get(place) ?? 0) + count);
    if (typeof form !== 'string') buffers.push(form);
    else if (form !== '[]') texts.push(form.slice(1, -1));
  }
  return texts.length > 0
    ? { rows: `[${texts.join(',')}]`, packed: null, replaced }
    : { rows: null, packed: Buffer.concat(buffers), replaced };
}

const toColumnName = (extra: Extra): string => ('field' in extra ? extra.field : besideName(extra.beside));
