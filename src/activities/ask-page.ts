/**
 * One page of a call, asked until it is answered, refused or given up. A refusal may be an answer all the same ("no rows", or the end
 * of a call without pages); a failure that passes becomes a wait.
 */

import type { Answer, AnswerRow, Call, PageAsked } from '#domain/call/call';
import type { CallHistory, RequestRecord } from '#domain/call/call-history';
import {
  BaseUrlInDoubtError,
  BudgetSpentError,
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  OutageError,
  RefusedError,
  RiverError,
  ThrottledError,
  WarehouseUnavailableError,
} from '#domain/errors';
import { refusalNote } from '#domain/run/freshness';
import type { PageNotes } from '#domain/run/page-notes';
import { giveUpIfTooLong, type Patience } from './give-up.ts';
import type { Optimove } from './ports.ts';
import type { StopSignals } from './stop-signals.ts';
import type { SlicePulling } from './warehouse-ports.ts';

/** The chunk is no longer open: another attempt has loaded it or given it up. */
export class ChunkClosed extends Error {}

/** What a page is asked with. */
export interface AskContext {
  readonly runId: string;
  /** Null for the lists of the whole run. */
  readonly chunk: string | null;
  readonly warehouse: Pick<SlicePulling, 'noteRequests' | 'readFailures' | 'countFailedSince'>;
  readonly optimove: Optimove;
  readonly patience: Patience;
  readonly signals: StopSignals;
  /** What a call has met before in its run. */
  history(call: string): Promise<CallHistory>;
  /** When a person last ended the connection's wait by hand, as far as the run has heard; ISO 8601. */
  readonly lifted: string | undefined;
  /** Whether this failure of this call's first page is taken as "no rows" (report 1: one recipient group of ten refused). */
  tolerates(call: Call, error: RiverError): boolean;
}

/** In place of an answer that there will not be. */
export const noRows: Answer = { status: 200, rows: [], fingerprint: '' };

/** What is done with an answer. */
export interface Handling {
  /** Begins to take an answer's rows, some at a time; begins anew where an answer is read again. */
  take?(): (rows: readonly AnswerRow[]) => void;
  keep(answer: Answer, requests: readonly RequestRecord[], notes?: PageNotes): Promise<void>;
}

/** One page, asked until it is answered or refused; being throttled is no failure and no attempt. */
export async function askPage(
  context: AskContext,
  call: Call,
  asked: PageAsked | undefined,
  { take, keep }: Handling,
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
        onSent: context.signals.onSent,
        history: context.history,
        ...(take && { take }),
        keep: (answer) => {
          kept = 'begun';
          return keep(answer, requests);
        },
      });
      return;
    } catch (error) {
      const isFirst = asked === undefined || asked.skip === 0;
      if (error instanceof RiverError && kept === 'not begun') {
        if (isFirst && context.tolerates(call, error)) {
          const { status, said } = error.facts;
          const notes = call.list ? { refusal: refusalNote(status, said) } : undefined;
          return keep({ ...noRows, status: Number(status) }, requests, notes);
        }
        const notes = isFirst || call.pages ? undefined : noteRefusal(error);
        if (notes) return keep(noRows, requests, notes);
      }
      if (error instanceof ChunkClosed || error instanceof WarehouseUnavailableError) throw error;
      if (requests.length > 0) await context.warehouse.noteRequests(context.runId, context.chunk, requests);
      if (error instanceof ThrottledError) continue;
      if (error instanceof BaseUrlInDoubtError) throw error;
      if (error instanceof BudgetSpentError) {
        const { inMs: waitMs, wait } = await giveUpIfTooLong(context, call, error);
        throw new BudgetSpentError(error.message, { waitMs, wait, facts: error.facts });
      }
      if (!(error instanceof OptimoveUnavailableError)) throw error;
      if (!isFirst && !call.pages && (await isAskedInVain(context, call)))
        return keep(noRows, [], { mayBeCut: true });
      const { inMs: retryInMs, wait } = await giveUpIfTooLong(context, call, error);
      throw new OptimoveUnavailableError(error.message, {
        retryInMs,
        wait,
        facts: error.facts,
        cause: error,
      });
    }
  }
}

/**
 * Whether a call without pages has failed so often since it was answered that its answer is taken as it is: it was asked
 * on only to see whether there is more.
 */
async function isAskedInVain(
  { runId, chunk, warehouse, patience }: AskContext,
  call: Call,
): Promise<boolean> {
  if (patience.outages().open) return false;
  return (await warehouse.readFailures(runId, chunk, [call.key])).length >= triesInVain;
}

const triesInVain = 5;

/** What is to be said of a call without pages that was asked on and refused; undefined where the failure is no answer to that. */
function noteRefusal(error: RiverError): PageNotes | undefined {
  if (error instanceof OutageError) return undefined;
  // The call itself was answered: a 403 refuses what was asked on, not the credentials.
  if (error instanceof CredentialsRefusedError)
    return error.facts.status === 403 ? { mayBeCut: true } : undefined;
  if (!(error instanceof RefusedError || error instanceof ConfigurationError)) return undefined;
  const { status } = error.facts;
  return status === 404 || error instanceof RefusedError ? { mayBeCut: true } : undefined;
}
