/**
 * What is staged, read page by page in the order of slice, call and page, so that memory does not grow with the chunk: how far each
 * call has come, for an attempt that goes on; lists, which plan other calls; and what pages brought that a person is to hear of.
 */

import type { Knex } from 'knex';
import type { CallStatus } from '#domain/call/no-rows';
import type { TargetTable } from '#domain/column/table-type';
import type { NotesOfPage, PageNotes } from '#domain/run/page-notes';
import type { StagedCall, StagedPage } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { Databases, Side } from '../databases.ts';
import type { Books, Dialect, Row } from '../dialect.ts';
import { recallTargetTable } from '../tables/read-table.ts';
import { isChunkOpen } from './chunks.ts';
import { readRun } from './runs.ts';
import { hasStaging, readRows, rowsColumns, stagingTable } from './staging.ts';

const marksAtATime = 5_000;
const pagesAtATime = 50;
const notesAtATime = 1_000;

/** Whose pages; `chunk` null: those of the whole run. */
export interface StagedSlices {
  readonly runId: string;
  readonly chunk: string | null;
  readonly slices: readonly string[];
  /** The table that they are in, where it is not the staging of the run. */
  readonly pagesIn?: string;
}

interface PagesRead {
  readonly columns: readonly string[];
  readonly atATime: number;
  where?(pages: Knex.QueryBuilder<Row, Row[]>): void;
}

/** The next pages after this one; the first where it is undefined. */
async function readPagesAfter(
  books: Books,
  { runId, chunk, slices, pagesIn }: StagedSlices,
  { columns, atATime, where }: PagesRead,
  after: Row | undefined,
): Promise<Row[]> {
  // Later on the staging is there, or was dropped under the reader's hands, which is an error.
  const isStaged = pagesIn === undefined;
  if (after === undefined && isStaged && !(await hasStaging(books, runId))) return [];
  const pages = books.from(pagesIn ?? stagingTable(runId)).where({ chunk: chunk ?? '' });
  where?.(pages);
  const [slice] = slices;
  const position = [String(after?.call ?? ''), Number(after?.page ?? -1)];
  if (slices.length === 1) pages.where({ slice }).whereRaw('(call, page) > (?, ?)', position);
  else
    pages
      .whereIn('slice', slices)
      .whereRaw('(slice, call, page) > (?, ?, ?)', [String(after?.slice ?? ''), ...position]);
  return pages
    .orderBy(['slice', 'call', 'page'])
    .limit(atATime)
    .select('slice', 'call', 'page', ...columns);
}

/** All of them, read as they are asked for; `before` are the first, where they were read already. */
export async function* readPages(
  side: Side<Books>,
  of: StagedSlices,
  read: PagesRead,
  before?: readonly Row[],
): AsyncGenerator<Row> {
  let pages = before;
  let after: Row | undefined;
  do {
    pages ??= await side.read((books) => readPagesAfter(books, of, read, after));
    yield* pages;
    after = pages.length < read.atATime ? undefined : pages.at(-1);
    pages = undefined;
  } while (after !== undefined);
}

const marks: PagesRead = {
  columns: ['last', 'status', 'fingerprint', 'received', 'row_count'],
  atATime: marksAtATime,
};

/** How far each call of a slice has come. */
export async function readStagedCalls(
  side: Side<Books>,
  runId: string,
  chunk: string | null,
  slice: string,
): Promise<StagedCall[]> {
  return foldByCall(readPages(side, { runId, chunk, slices: [slice] }, marks));
}

async function foldByCall(pages: AsyncIterable<Row>): Promise<StagedCall[]> {
  const calls = new Map<string, StagedCall>();
  for await (const page of pages) {
    const call = String(page.call);
    const received = Number(page.received);
    const fingerprint = String(page.fingerprint);
    const before = calls.get(call);
    calls.set(call, {
      call,
      status: Number(page.status),
      pages: (before?.pages ?? 0) + 1,
      received: (before?.received ?? 0) + received,
      rows: (before?.rows ?? 0) + Number(page.row_count),
      finished: Boolean(page.last),
      lastReceived: received,
      firstFingerprint: before?.firstFingerprint ?? fingerprint,
      lastFingerprint: fingerprint,
    });
  }
  return [...calls.values()];
}

/** All that an attempt at a slice begins with. */
export interface SliceState {
  /** Whether pages may still be staged into the chunk, or for the whole run. */
  readonly isOpen: boolean;
  readonly run: StoredRun | undefined;
  /** How far each of its calls has come. */
  readonly calls: readonly StagedCall[];
  /** The target as it is now: what a page's values are fitted to. */
  readonly target: TargetTable | undefined;
}

/** Read together: most slices make a call or two, and what is read around them is most of the work. */
export async function readSlice(
  databases: Databases,
  runId: string,
  chunk: string | null,
  slice: string,
): Promise<SliceState> {
  const of = { runId, chunk, slices: [slice] };
  const { first, ...state } = await databases.read(async (both) => {
    const { books } = both;
    const run = await readRun(books, runId);
    const isOpen = run?.status === 'running' && (chunk === null || (await isChunkOpen(books, runId, chunk)));
    if (!isOpen) return { isOpen, run, target: undefined, first: [] };
    const target = chunk === null ? undefined : await recallTargetTable(both, run.river.target.table);
    return { isOpen, run, target, first: await readPagesAfter(books, of, marks, undefined) };
  });
  return { ...state, calls: await foldByCall(readPages(databases.books, of, marks, first)) };
}

/** The calls of slices, once for each page that was answered: with one of these statuses, or with any. */
export async function* readCallsAnswered(
  side: Side<Books>,
  runId: string,
  chunk: string | null,
  slices: readonly string[],
  statuses?: readonly number[],
): AsyncGenerator<CallStatus> {
  const answered: PagesRead = {
    columns: ['status'],
    atATime: marksAtATime,
    where: (pages) => void (statuses && pages.whereIn('status', [...statuses])),
  };
  for await (const { call, status, page } of readPages(side, { runId, chunk, slices }, answered))
    yield { call: String(call), status: Number(status), page: Number(page) };
}

type PageRows = Pick<StagedPage, 'call' | 'page' | 'columns' | 'rows'>;

const rowsOfPages: PagesRead = { columns: rowsColumns, atATime: pagesAtATime };

const toPageRows = (targetDialect: Dialect, page: Row): PageRows => ({
  call: String(page.call),
  page: Number(page.page),
  columns: JSON.parse(String(page.columns)) as string[],
  rows: readRows(targetDialect, page),
});

/** A slice's staged pages, call by call. */
export async function* readStagedPages(
  { books, target }: Databases,
  runId: string,
  chunk: string | null,
  slice: string,
): AsyncGenerator<PageRows> {
  for await (const page of readPages(books, { runId, chunk, slices: [slice] }, rowsOfPages))
    yield toPageRows(target.dialect, page);
}

/** One page of a slice; undefined where it is not there. */
export async function readStagedPage(
  books: Books,
  runId: string,
  chunk: string | null,
  slice: string,
  { call, page }: Pick<PageRows, 'call' | 'page'>,
): Promise<PageRows | undefined> {
  const [found] = await books
    .from(stagingTable(runId))
    .where({ chunk: chunk ?? '', slice, call, page })
    .select('call', 'page', ...rowsColumns);
  return found && toPageRows(books.targetDialect, found);
}

const notes: PagesRead = {
  columns: ['notes'],
  atATime: notesAtATime,
  where: (pages) => void pages.whereNotNull('notes'),
};

/** What the staged pages of slices brought that a person is to hear of. */
export async function* readPageNotes(
  side: Side<Books>,
  runId: string,
  chunk: string | null,
  slices: readonly string[],
): AsyncGenerator<NotesOfPage & { readonly slice: string }> {
  for await (const page of readPages(side, { runId, chunk, slices }, notes))
    yield {
      slice: String(page.slice),
      call: String(page.call),
      notes: JSON.parse(String(page.notes)) as PageNotes,
    };
}
