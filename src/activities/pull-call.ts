import type { Answer, PageAsked } from '../domain/call/answer.ts';
import type { AnswerRow, Call } from '../domain/call/call.ts';
import { nextPage } from '../domain/call/paging.ts';
import type { RequestRecord } from '../domain/call/request-record.ts';
import type { FittedRows } from '../domain/column/fit-rows.ts';
import { PassingError, RefusedError, ThrottledError } from '../domain/errors.ts';
import type { StagedCall } from '../domain/run/staged-page.ts';
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
  readonly giveUpAfterMs: number;
  readonly signals: StopSignals;
  /** Fits an answer's rows to columns. */
  fit(call: Call, rows: readonly AnswerRow[]): FittedRows;
  /** Whether this refusal of this call is taken as "no rows" (report 1: one recipient group of ten). */
  tolerates(call: Call, error: RefusedError): boolean;
}

/** What a call brought, through all its pages. */
export interface PulledCall {
  readonly rows: number;
}

/** Works through the pages of one call, from where it stands; each page is staged before the next is asked for. */
export async function pullCall(
  context: PullContext,
  call: Call,
  before: StagedCall | undefined,
): Promise<PulledCall> {
  let rows = before?.rows ?? 0;
  let received = before?.received ?? 0;
  let fingerprint = before?.lastFingerprint;
  for (let page = before?.pages ?? 0; ; page += 1) {
    context.signals.stop.throwIfAborted();
    const asked = call.pages ? { top: context.pageSize, skip: received } : undefined;
    const { answer, requests } = await ask(context, call, asked);
    const next = asked
      ? nextPage({
          call,
          asked,
          received: answer.rows.length,
          fingerprint: answer.fingerprint,
          previousFingerprint: fingerprint,
        })
      : ({ done: true } as const);
    const fitted = context.fit(call, answer.rows);
    received += answer.rows.length;
    rows += fitted.rows.length;
    fingerprint = answer.fingerprint;
    const staged = await context.warehouse.stagePage(
      context.runId,
      context.chunk,
      {
        slice: context.slice,
        call: call.key,
        page,
        last: next.done,
        status: answer.status,
        fingerprint,
        received: answer.rows.length,
        ...fitted,
      },
      requests,
    );
    if (staged === 'closed') throw new ChunkClosed();
    if (next.done) return { rows };
  }
}

/** One page, asked until it is answered or refused; being throttled is no failure and no attempt. */
async function ask(
  context: PullContext,
  call: Call,
  asked: PageAsked | undefined,
): Promise<{ answer: Answer; requests: RequestRecord[] }> {
  for (;;) {
    const requests: RequestRecord[] = [];
    try {
      const answer = await context.optimove.request(call, asked, {
        signal: context.signals.stop,
        abort: context.signals.abort,
        run: context.runId,
        record: (request) => requests.push(request),
      });
      return { answer, requests };
    } catch (error) {
      if (error instanceof RefusedError && context.tolerates(call, error)) {
        return { answer: { status: Number(error.facts.status), rows: [], fingerprint: '' }, requests };
      }
      if (requests.length > 0) await context.warehouse.noteRequests(context.runId, context.chunk, requests);
      if (error instanceof ThrottledError) continue;
      if (error instanceof PassingError) await giveUpIfTooLong(context, call, error);
      throw error;
    }
  }
}

/** A call that has only failed for `giveUpAfter` will not be waited for any longer. */
async function giveUpIfTooLong(context: PullContext, call: Call, error: PassingError): Promise<void> {
  const since = await context.warehouse.failingSince(context.runId, context.chunk, call.key);
  if (since === undefined || Date.now() - Date.parse(since) < context.giveUpAfterMs) return;
  throw new RefusedError(`Given up: it has only failed since ${since}. ${error.message}`, {
    facts: error.facts,
    cause: error,
  });
}
