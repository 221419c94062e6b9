import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  WorkflowFailedError,
} from '@temporalio/client';
import type { RunResult } from '#domain/run/run-result';
import type { RunHandle } from './start-run.ts';

/** How a run has closed, by Temporal. It stores no result of a run that was cancelled or terminated. */
export type RunEnd =
  | { readonly end: 'succeeded'; readonly result: RunResult }
  | {
      readonly end: 'failed';
      readonly result: RunResult | null;
      readonly kind: string;
      readonly message: string;
    }
  | { readonly end: 'cancelled' }
  | { readonly end: 'terminated'; readonly message: string };

/** Waits until the run has closed. */
export async function waitForEnd(handle: Pick<RunHandle, 'result'>): Promise<RunEnd> {
  try {
    return { end: 'succeeded', result: await handle.result() };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof CancelledFailure) return { end: 'cancelled' };
    if (cause instanceof TerminatedFailure) return { end: 'terminated', message: cause.message };
    if (cause instanceof ApplicationFailure) {
      const [result] = (cause.details ?? []) as RunResult[];
      return { end: 'failed', result: result ?? null, kind: cause.type ?? 'Error', message: cause.message };
    }
    return {
      end: 'failed',
      result: null,
      kind: cause?.name ?? 'Error',
      message: cause?.message ?? error.message,
    };
  }
}
