import type { Answer, AnswerRow, Call, PageAsked } from '#domain/call/call';
import type { RequestRecord } from '#domain/call/call-history';
import {
  countDifferent,
  countRepeated,
  noHashes,
  type SortedHashes,
  sortedHashes,
} from '#domain/call/fingerprint';
import { isRepeated, type Next, nextPage, type PageReceived, pageAsked } from '#domain/call/paging';
import type { Followed, SeenPages } from '#domain/call/seen-pages';
import type { FittedRows, RowFitter } from '#domain/column/fit-rows';
import type { Day } from '#domain/period/date-range';
import type { PageNotes } from '#domain/run/page-notes';
import type { PackRows, StagedCall } from '#domain/run/staged-page';
import { type AskContext, askPage, ChunkClosed, type Handling, noRows } from './ask-page.ts';
import { PageReader, type PageRows } from './read-page.ts';
import type { SlicePulling } from './warehouse-ports.ts';

/** What a call is pulled with. */
export interface PullContext extends AskContext {
  readonly slice: string;
  readonly warehouse: AskContext['warehouse'] &
    Pick<SlicePulling, 'stagePage' | 'markLastPage' | 'readStagedPage'>;
  readonly seenPages: SeenPages;
  readonly pageSize: number;
  /** Fits the rows of one page of an answer to columns. */
  fitter(call: Call): RowFitter;
  readonly pack?: PackRows;
  /** What a person is to hear of a page's rows, beside what their fitting says. */
  noteRows?(fitted: FittedRows): PageNotes;
  /** The day of which a call's rows are; null where they are not loaded by days. */
  toDay(call: Call): Day | null;
  /** The columns that tell the rows of a call apart; left out where nothing does. */
  readonly key?: readonly string[];
}

/** How far a call has come. */
interface Progress {
  /** Pages staged. */
  pages: number;
  rows: number;
  received: number;
  fingerprints: PageReceived['earlier'];
  /** Keys of the page before, and its whole rows, where there is one. */
  keys: SortedHashes;
  rowsBefore: SortedHashes;
  /** The last page, while it is open what comes after it. */
  last?: PageReceived;
  next: Next;
  /** Whether the last page was taken for it by its size. */
  inDoubt: boolean;
  /** Hears what followed the last page, where it was short. */
  followed?: ((followed: Followed) => void) | undefined;
}

/** What a call came to. */
interface Pulled {
  readonly rows: number;
  /** Whether its end was taken for granted. */
  readonly inDoubt: boolean;
}

/**
 * Works through the pages of one call, from where it stands. Once a full page is here the next is asked for, while it is fitted and
 * staged: one more call is in flight than pages are being staged, never two. Pages are staged in their order.
 */
export async function pullCall(
  context: PullContext,
  call: Call,
  before: StagedCall | undefined,
): Promise<Pulled> {
  const progress = await readProgress(context, call, before);
  const { stop } = context.signals;
  const failed = new AbortController();
  let ahead: Promise<void> | undefined;

  const ask = (of: PullContext, skip: number, pageBefore?: Promise<void>): Promise<void> => {
    const asked = pageAsked(call, of.pageSize, skip);
    const begin = () => new PageReader({ ...of, fitter: of.fitter(call) });
    let reader = begin();
    const take = () => {
      reader = begin();
      return (rows: readonly AnswerRow[]) => reader.take(rows);
    };
    const keep: Handling['keep'] = async (answer, requests, notes) => {
      const arrived = { asked, answer, notes, page: reader.finish(answer.rows) };
      await pageBefore;
      const staged = Promise.withResolvers<void>();
      staged.promise.catch(ignore);
      if (isFollowed(call, arrived, progress) && !stop.aborted) {
        const signals = { ...of.signals, stop: AbortSignal.any([stop, failed.signal]) };
        ahead = ask({ ...context, signals }, skip + arrived.page.received, staged.promise);
        // It is awaited only once this page is staged.
        ahead.catch(ignore);
      }
      try {
        await stage(of, call, arrived, requests, progress);
        staged.resolve();
      } catch (error) {
        staged.reject(new PageBeforeFailed());
        throw error;
      }
    };
    return askPage(of, call, asked, { take, keep });
  };

  try {
    while (progress.next === 'ask') {
      const asking = ahead;
      ahead = undefined;
      if (!asking) stop.throwIfAborted();
      await (asking ?? ask(context, progress.received));
      await decideLater(context, call, progress);
    }
  } catch (error) {
    failed.abort(new PageBeforeFailed());
    // What was sent is in the API's log, and is noted.
    await ahead?.catch(() => {});
    throw error;
  } finally {
    progress.followed?.('unknown');
  }
  return progress;
}

/** Made here, not beside a page: there it would hold that page for as long as the next one is awaited. */
const ignore = () => {};

/** Said of the page that was asked for ahead. */
class PageBeforeFailed extends Error {}

/** Whether another page follows for certain, before this one is looked through: it is full, and is not one that the call had already. */
function isFollowed(
  { pages }: Call,
  { asked, answer: { fingerprint }, page: { received } }: Arrived,
  { fingerprints }: Progress,
): boolean {
  if (!pages || !asked || received < asked.top) return false;
  return fingerprint !== fingerprints?.first && fingerprint !== fingerprints?.before;
}

const untouched = {
  pages: 0,
  rows: 0,
  received: 0,
  fingerprints: undefined,
  next: 'ask',
  inDoubt: false,
} as const;

async function readProgress(
  { runId, chunk, slice, warehouse, key, pageSize, seenPages }: PullContext,
  { endpoint, pages: isPaged }: Call,
  before: StagedCall | undefined,
): Promise<Progress> {
  if (!before) return { ...untouched, keys: noHashes, rowsBefore: noHashes };
  const { call, pages, rows, received, firstFingerprint: first, lastFingerprint, lastReceived } = before;
  // Another attempt has seen the page: what follows it tells this process as well whether its server cuts pages.
  const isShort = isPaged && lastReceived > 0 && lastReceived < pageSize;
  const page = key && (await warehouse.readStagedPage(runId, chunk, slice, { call, page: pages - 1 }));
  return {
    pages,
    rows,
    received,
    fingerprints: { first, before: lastFingerprint },
    keys: page && key ? sortedHashes(page, key) : noHashes,
    rowsBefore: page ? sortedHashes(page, page.columns) : noHashes,
    next: 'ask',
    inDoubt: false,
    followed: isShort ? seenPages.askOn(endpoint, { rows: lastReceived, bytes: 0 }) : undefined,
  };
}

/**
 * Waits, outside the call's place among those in flight, until it is known what follows the last page: it may be the
 * call's last.
 */
async function decideLater(context: PullContext, call: Call, progress: Progress): Promise<void> {
  const { seenPages, signals } = context;
  const { last } = progress;
  if (!last || progress.next !== 'wait') return;
  while (progress.next === 'wait') {
    progress.next = nextPage(last, seenPages.known(call.endpoint));
    if (progress.next === 'wait') await seenPages.settled(call.endpoint, signals.stop);
  }
  if (progress.next === 'ask') progress.followed = seenPages.askOn(call.endpoint, last.size);
  else {
    seenPages.takeForLast(call.endpoint);
    const { runId, chunk, slice, warehouse } = context;
    await warehouse.markLastPage(runId, { chunk, slice, call: call.key, page: progress.pages - 1 }, true);
    progress.inDoubt = true;
  }
}

/** A page as it was answered, and what is read from its rows. */
interface Arrived {
  readonly asked: PageAsked | undefined;
  readonly answer: Pick<Answer, 'status' | 'fingerprint'>;
  readonly notes?: PageNotes | undefined;
  readonly page: PageRows;
}

/** Stages a page and says in `progress` where the call goes on. */
async function stage(
  context: PullContext,
  call: Call,
  { asked, answer, notes, page: arrived }: Arrived,
  requests: readonly RequestRecord[],
  progress: Progress,
): Promise<void> {
  const { runId, chunk, slice, seenPages, key } = context;
  const { fingerprint } = answer;
  const size = { rows: arrived.received, bytes: requests.at(-1)?.bytes ?? 0 };
  const isFirst = progress.pages === 0;
  const hashes = isFirst ? undefined : arrived.hashRows();
  const page: PageReceived = {
    call,
    asked,
    size,
    fingerprint,
    earlier: progress.fingerprints,
    known: hashes && {
      before: progress.rowsBefore.length,
      different: countDifferent(progress.rowsBefore),
      repeated: countRepeated(hashes, progress.rowsBefore),
    },
  };
  const again = isRepeated(page);
  progress.followed?.(again ? 'unknown' : size.rows === 0 ? 'nothing' : 'rows');
  const takenForWhole = seenPages.doubts();
  const next = again ? 'last' : nextPage(page, seenPages.known(call.endpoint));
  const isLast = next === 'last' || next === 'likely last';
  const isShort = asked !== undefined && size.rows < asked.top;

  // A server that does not know $skip may say so with 404.
  const endsCutAnswer = !isFirst && !call.pages && answer.status === 404;

  const rows = again ? new PageReader({ fitter: context.fitter(call) }).finish([]) : arrived;
  const keys = key && !(isLast && isFirst) ? rows.hashKeys() : noHashes;
  const repeatedKeys = countRepeated(keys, progress.keys);
  const staged = {
    slice,
    call: call.key,
    page: progress.pages,
    last: isLast,
    status: endsCutAnswer ? noRows.status : answer.status,
    fingerprint,
    received: rows.received,
    day: context.toDay(call),
    notes: {
      ...notes,
      ...context.noteRows?.(rows.fitted),
      ...((again || endsCutAnswer) && { mayBeCut: true as const }),
      ...(repeatedKeys > 0 && { repeatedKeys }),
      ...(takenForWhole > 0 && { takenForWhole }),
    },
    ...rows.fitted,
  };
  const followed = next === 'ask' && isShort ? seenPages.askOn(call.endpoint, size) : undefined;
  if (next === 'likely last') seenPages.takeForLast(call.endpoint);
  progress.inDoubt = next === 'likely last';
  progress.followed = followed;
  let isStaged = false;
  try {
    isStaged = (await context.warehouse.stagePage(runId, chunk, staged, requests)) === 'staged';
  } finally {
    if (!isStaged && takenForWhole > 0) seenPages.doubtsUntold();
  }
  if (!isStaged) throw new ChunkClosed();
  progress.pages += 1;
  progress.rows += rows.count;
  progress.received += rows.received;
  progress.fingerprints = { first: progress.fingerprints?.first ?? fingerprint, before: fingerprint };
  progress.keys = isLast ? noHashes : keys;
  progress.rowsBefore = isLast ? noHashes : (hashes ?? arrived.hashRows());
  progress.last = page;
  progress.next = next;
}
