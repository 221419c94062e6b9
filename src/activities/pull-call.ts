import type { Answer, PageAsked } from '../domain/call/answer.ts';
import type { AnswerRow, Call } from '../domain/call/call.ts';
import type { CallHistory } from '../domain/call/call-history.ts';
import { nextPage } from '../domain/call/paging.ts';
import type { RequestRecord } from '../domain/call/request-record.ts';
import type { FittedRows } from '../domain/column/fit-rows.ts';
import {
  BaseUrlInDoubtError,
  BudgetSpentError,
  OptimoveUnavailableError,
  RiverError,
  ThrottledError,
  WarehouseUnavailableError,
} from '../domain/errors.ts';
import type { Day } from '../domain/period/day.ts';
import { refusalNote } from '../domain/run/freshness.ts';
import type { PageNotes } from '../domain/run/page-notes.ts';
import type { StagedCall } from '../domain/run/staged-page.ts';
import { giveUpIfTooLong, type Patience } from './give-up.ts';
import type { Optimove, Warehouse } from './ports.ts';
import type { StopSignals } from './stop-signals.ts';

/** The chunk is no longer open: another attempt has loaded it or given it up. */
export class ChunkClosed extends Error {}

export interface PullContext {
  readonly runId: string;
  /** Null for the lists of the whole run. */
  readonly chunk: string | null;
  readonly slice: string;
  readonly warehouse: Warehouse;
  readonly optimove: Optimove;
  readonly pageSize: number;
  readonly patience: Patience;
  readonly signals: StopSignals;
  /** What a call has met before in its run. */
  history(call: string): Promise<CallHistory>;
  /** When a person last ended the connection's wait by hand, as far as the run has heard; ISO 8601. */
  readonly lifted: string | undefined;
  /** Fits an answer's rows to columns. */
  fit(call: Call, rows: readonly AnswerRow[]): FittedRows;
  /** The day of which a call's rows are; null where they are not loaded by days. */
  dayOf(call: Call): Day | null;
  /** Whether this failure of this call's first page is taken as "no rows" (report 1: one recipient group of ten refused). */
  tolerates(call: Call, error: RiverError): boolean;
}

/** How far a call has come. */
interface Progress {
  rows: number;
  received: number;
  fingerprint: string | undefined;
  finished: boolean;
}

/** Works through the pages of one call, from where it stands; each page is staged before the next is asked for. */
export async function pullCall(
  context: PullContext,
  call: Call,
  before: StagedCall | undefined,
): Promise<{ readonly rows: number }> {
  const progress: Progress = {
    rows: before?.rows ?? 0,
    received: before?.received ?? 0,
    fingerprint: before?.lastFingerprint,
    finished: false,
  };
  for (let page = before?.pages ?? 0; !progress.finished; page += 1) {
    context.signals.stop.throwIfAborted();
    const asked = call.pages ? { top: context.pageSize, skip: progress.received } : undefined;
    await ask(context, call, asked, (answer, requests, notes) =>
      stage(context, call, { page, asked, answer, ...(notes && { notes }) }, requests, progress),
    );
  }
  return progress;
}

type Keep = (answer: Answer, requests: readonly RequestRecord[], notes?: PageNotes) => Promise<void>;

/** One page, asked until it is answered or refused; being throttled is no failure and no attempt. */
async function ask(
  context: PullContext,
  call: Call,
  asked: PageAsked | undefined,
  keep: Keep,
): Promise<void> {
  for (;;) {
    const requests: RequestRecord[] = [];
    let kept: 'not begun' | 'begun' = 'not begun';
    try {
      await context.optimove.request(call, asked, {
        signal: context.signals.stop,
        abort: context.signals.abort,
        run: context.runId,
        lifted: context.lifted,
        record: (request) => requests.push(request),
        history: context.history,
        keep: (answer) => {
          kept = 'begun';
          return keep(answer, requests);
        },
      });
      return;
    } catch (error) {
      const isFirst = asked === undefined || asked.skip === 0;
      if (error instanceof RiverError && kept === 'not begun' && isFirst && context.tolerates(call, error)) {
        const { status, said } = error.facts;
        const notes = call.list ? { refusal: refusalNote(status, said) } : undefined;
        return keep({ status: Number(status), rows: [], fingerprint: '' }, requests, notes);
      }
      if (error instanceof ChunkClosed || error instanceof WarehouseUnavailableError) throw error;
      if (requests.length > 0) await context.warehouse.noteRequests(context.runId, context.chunk, requests);
      if (error instanceof ThrottledError) continue;
      if (error instanceof BaseUrlInDoubtError) throw error;
      if (error instanceof BudgetSpentError) {
        const waitMs = await giveUpIfTooLong(context, call, error);
        throw new BudgetSpentError(error.message, { waitMs, facts: error.facts });
      }
      if (!(error instanceof OptimoveUnavailableError)) throw error;
      const retryInMs = await giveUpIfTooLong(context, call, error);
      throw new OptimoveUnavailableError(error.message, { retryInMs, facts: error.facts, cause: error });
    }
  }
}

/** Stages a page and says in `progress` where the call goes on. */
async function stage(
  context: PullContext,
  call: Call,
  {
    page,
    asked,
    answer,
    notes,
  }: {
    readonly page: number;
    readonly asked: PageAsked | undefined;
    readonly answer: Answer;
    readonly notes?: PageNotes;
  },
  requests: readonly RequestRecord[],
  progress: Progress,
): Promise<void> {
  const { status, fingerprint } = answer;
  const received = answer.rows.length;
  const previousFingerprint = progress.fingerprint;
  const last = asked ? nextPage({ call, asked, received, fingerprint, previousFingerprint }).done : true;
  const fitted = context.fit(call, answer.rows);
  const { runId, chunk, slice } = context;
  const staged = {
    slice,
    call: call.key,
    page,
    last,
    status,
    fingerprint,
    received,
    day: context.dayOf(call),
    ...fitted,
    ...(notes && { notes }),
  };
  if ((await context.warehouse.stagePage(runId, chunk, staged, requests)) === 'closed')
    throw new ChunkClosed();
  progress.rows += fitted.rows.length;
  progress.received += received;
  progress.fingerprint = fingerprint;
  progress.finished = last;
}
