import type { Answer, AnswerRow, Call, PageAsked } from '#domain/call/call';
import type { RequestRecord } from '#domain/call/call-history';
import { countRepeated, hashKeys } from '#domain/call/fingerprint';
import { isRepeated, type Next, nextPage, type PageReceived, pageAsked } from '#domain/call/paging';
import type { Followed, SeenPages } from '#domain/call/seen-pages';
import type { FittedRows } from '#domain/column/fit-rows';
import type { Day } from '#domain/period/date-range';
import type { PageNotes } from '#domain/run/page-notes';
import type { StagedCall } from '#domain/run/staged-page';
import { type AskContext, askPage, ChunkClosed, noRows } from './ask-page.ts';
import type { SlicePulling } from './warehouse-ports.ts';

/** What a call is pulled with. */
export interface PullContext extends AskContext {
  readonly slice: string;
  readonly warehouse: AskContext['warehouse'] &
    Pick<SlicePulling, 'stagePage' | 'markLastPage' | 'readStagedPage'>;
  readonly seenPages: SeenPages;
  readonly pageSize: number;
  /** Fits an answer's rows to columns. */
  fit(call: Call, rows: readonly AnswerRow[]): FittedRows;
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
  keys: ReadonlySet<number>;
  rowsBefore: readonly number[];
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

/** Works through the pages of one call, from where it stands; each page is staged before the next is asked for. */
export async function pullCall(
  context: PullContext,
  call: Call,
  before: StagedCall | undefined,
): Promise<Pulled> {
  const progress = await readProgress(context, call, before);
  const { stop } = context.signals;
  try {
    while (progress.next === 'ask') {
      stop.throwIfAborted();
      const asked = pageAsked(call, context.pageSize, progress.received);
      await askPage(context, call, asked, (answer, requests, notes) =>
        stage(context, call, { asked, answer, notes }, requests, progress),
      );
      await decideLater(context, call, progress);
    }
  } finally {
    progress.followed?.('unknown');
  }
  return progress;
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
  if (!before) return { ...untouched, keys: new Set(), rowsBefore: [] };
  const { call, pages, rows, received, firstFingerprint: first, lastFingerprint, lastReceived } = before;
  // Another attempt has seen the page: what follows it tells this process as well whether its server cuts pages.
  const isShort = isPaged && lastReceived > 0 && lastReceived < pageSize;
  const page = key && (await warehouse.readStagedPage(runId, chunk, slice, { call, page: pages - 1 }));
  return {
    pages,
    rows,
    received,
    fingerprints: { first, before: lastFingerprint },
    keys: new Set(page && key ? hashKeys(page, key) : []),
    rowsBefore: page ? hashRows(page) : [],
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

/** The rows of a page, each as a number. */
const hashRows = (page: Pick<FittedRows, 'columns' | 'rows'>): number[] => hashKeys(page, page.columns);

interface Answered {
  readonly asked: PageAsked | undefined;
  readonly answer: Answer;
  readonly notes?: PageNotes | undefined;
}

/** Stages a page and says in `progress` where the call goes on. */
async function stage(
  context: PullContext,
  call: Call,
  { asked, answer, notes }: Answered,
  requests: readonly RequestRecord[],
  progress: Progress,
): Promise<void> {
  const { runId, chunk, slice, seenPages, key } = context;
  const { fingerprint } = answer;
  const size = { rows: answer.rows.length, bytes: requests.at(-1)?.bytes ?? 0 };
  const arrived = context.fit(call, answer.rows);
  const isFirst = progress.pages === 0;
  const rowsBefore = new Set(progress.rowsBefore);
  const hashes = isFirst ? undefined : hashRows(arrived);
  const page: PageReceived = {
    call,
    asked,
    size,
    fingerprint,
    earlier: progress.fingerprints,
    known: hashes && {
      before: progress.rowsBefore.length,
      different: rowsBefore.size,
      repeated: countRepeated(hashes, rowsBefore),
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

  const rows = again ? [] : answer.rows;
  const fitted = again ? context.fit(call, rows) : arrived;
  const keys = key && !(isLast && isFirst) ? hashKeys(fitted, key) : [];
  const repeatedKeys = countRepeated(keys, progress.keys);
  const staged = {
    slice,
    call: call.key,
    page: progress.pages,
    last: isLast,
    status: endsCutAnswer ? noRows.status : answer.status,
    fingerprint,
    received: rows.length,
    day: context.toDay(call),
    notes: {
      ...notes,
      ...context.noteRows?.(fitted),
      ...((again || endsCutAnswer) && { mayBeCut: true as const }),
      ...(repeatedKeys > 0 && { repeatedKeys }),
      ...(takenForWhole > 0 && { takenForWhole }),
    },
    ...fitted,
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
  progress.rows += fitted.rows.length;
  progress.received += rows.length;
  progress.fingerprints = { first: progress.fingerprints?.first ?? fingerprint, before: fingerprint };
  progress.keys = new Set(isLast ? [] : keys);
  progress.rowsBefore = isLast ? [] : (hashes ?? hashRows(arrived));
  progress.last = page;
  progress.next = next;
}
