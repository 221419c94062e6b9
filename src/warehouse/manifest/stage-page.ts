import type { RequestRecord } from '#domain/call/call-history';
import type { Extra } from '#domain/column/fit-rows';
import { SchemaConflictError } from '#domain/errors';
import { isQuiet, type PageNotes } from '#domain/run/page-notes';
import type { StagedPage } from '#domain/run/staged-page';
import { besideName } from '../column-name.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../dialect.ts';
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
  database: Database,
  runId: string,
  chunk: string | null,
  page: StagedPage,
  requests: readonly RequestRecord[],
): Promise<'staged' | 'closed'> {
  const answered = requests.findLast(({ call }) => call === page.call);
  try {
    return await database.transact(async (tables) => {
      const { open } = await insertRequests(tables, runId, chunk, requests, answered);
      if (!open) return 'closed';
      await insertPage(tables, runId, chunk, page);
      return 'staged';
    }, busyAtMostMs);
  } catch (error) {
    if (!isStagingGone(error)) throw error;
    // The run was closed between the look at it and the insert.
    await noteRequests(database, runId, chunk, requests);
    return 'closed';
  }
}

/** Requests that brought no page. */
export async function noteRequests(
  database: Database,
  runId: string,
  chunk: string | null,
  requests: readonly RequestRecord[],
): Promise<void> {
  if (requests.length === 0) return;
  await database.transact(async (tables) => {
    await insertRequests(tables, runId, chunk, requests);
  }, busyAtMostMs);
}

/** Counts first: that locks the row, and in SQLite it is the write that all others wait for. */
async function insertRequests(
  tables: Tables,
  runId: string,
  chunk: string | null,
  requests: readonly RequestRecord[],
  answered?: RequestRecord,
): Promise<Counted> {
  const counted = await addCalls(tables, runId, chunk, requests.length);
  const { report } = counted;
  const added = await insertCalls(tables, { runId, chunk, report }, requests, answered);
  if (added < requests.length) await addCalls(tables, runId, chunk, added - requests.length);
  return counted;
}

function isStagingGone(error: unknown): boolean {
  return error instanceof SchemaConflictError && /river_staging_/.test(error.message);
}

/** Stages a page whole, as a document; one that is there already stays as it is. */
export async function insertPage(
  tables: Tables,
  runId: string,
  chunk: string | null,
  page: StagedPage,
): Promise<void> {
  const { rows, packed, replaced } = storeRows(tables, page);
  const names = [...page.columns, ...(page.extras ?? []).map(toColumnName)];
  const notes: PageNotes = {
    ...page.notes,
    ...(page.extras?.some((extra) => 'beside' in extra) && { misfits: page.misfits ?? {} }),
    ...(replaced.size > 0 && {
      replaced: Object.fromEntries([...replaced].map(([place, count]) => [names[place] ?? '', count])),
    }),
  };
  await tables
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
      row_count: page.rows.length,
      columns: JSON.stringify(page.columns),
      types: JSON.stringify(page.types),
      extras: JSON.stringify(page.extras ?? []),
      rows,
      packed,
    })
    .onConflict(['chunk', 'slice', 'call', 'page'])
    .ignore();
}

/** Lists and pages with fields or misfits are read here again, and staged as JSON: their rows have no types of a table. */
function storeRows(
  { dialect }: Tables,
  { columns, types, extras, rows }: StagedPage,
): { rows: string | null; packed: Buffer | null; replaced: ReadonlyMap<number, number> } {
  const mayBePacked = extras?.length === 0 && rows.length > 0;
  const packed = mayBePacked ? dialect.packRows?.(listDeclared(columns, types), rows) : undefined;
  if (packed) return { ...packed, rows: null };
  const { text, replaced } = storePage(rows);
  return { rows: text, packed: null, replaced };
}

const toColumnName = (extra: Extra): string => ('field' in extra ? extra.field : besideName(extra.beside));
