import { ActivityFailure, ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import type { NotifyRequest, OpenedRun } from '#activities/contract';
import type { RunResult, RunStatus } from '#domain/run/run-result';
import { repairSentence } from '#domain/run/sentences';
import { closeRun, notifyRefusal, notifyRun } from './activities.ts';
import { failureText, readFailure } from './failure.ts';
import type { RunState } from './run-state.ts';
import { isHeld } from './warehouse-retries.ts';

/** How an open run may end; one that is terminated has no chance to say so. */
type EndStatus = Exclude<RunStatus, 'running' | 'terminated'>;

/** Closes a run in its manifest, shows its end and sends the notifications about it. `error`: why chunks that were never begun have failed. */
export async function endRun(
  opened: OpenedRun,
  state: RunState,
  status: EndStatus,
  error: string | null,
): Promise<RunResult> {
  state.closing();
  const result = await CancellationScope.nonCancellable(() => closeInManifest(opened, state, status, error));
  state.ended(result, error);
  if (status !== 'cancelled') await notifyRunEnd(opened, result);
  return result;
}

/**
 * The result as the manifest has it. Where the warehouse cannot be written to, it is what the workflow knows: a run that was cancelled
 * does not wait for the warehouse, any other waits until `giveUpAfter`. The same where the warehouse was removed from the file, or the
 * run from the manifest: no run ends without its result. The next run in that warehouse closes this one there.
 */
async function closeInManifest(
  opened: OpenedRun,
  state: RunState,
  status: EndStatus,
  error: string | null,
): Promise<RunResult> {
  const request = { run: opened.run, status, error, finishedAt: new Date().toISOString() };
  // The summary names the step: how the run has ended is only known after it.
  const step = () => closeRun.executeWithOptions({ summary: 'close the run' }, [request]);
  try {
    if (status !== 'cancelled') return await state.stored(step);
    const outcome = await step();
    return isHeld(outcome) ? state.buildResult(request) : outcome;
  } catch (refusal) {
    const why = readFailure(refusal);
    if (!why) throw refusal;
    if (why.kind === 'WarehouseGivenUpError') return state.buildResult(request);
    const unclosed = state.buildResult(request, failureText(why));
    if (status !== 'succeeded') return unclosed;
    const failedAtEnd = { ...unclosed, status: 'failed' as const };
    state.ended(failedAtEnd, failureText(why));
    throw toRunFailure(why.kind, why.message, failedAtEnd);
  }
}

/** What a run fails with: not to be retried, and with its result as the details. */
export const toRunFailure = (kind: string, message: string, result: RunResult): ApplicationFailure =>
  ApplicationFailure.create({ type: kind, message, nonRetryable: true, details: [result] });

/** A message with the command that repairs the run, where it does not name one. */
export function withRepair(message: string, result: RunResult, error: string): string {
  const repair = repairSentence(result, error);
  if (repair === '' || message.includes('`river ') || message.includes(repair)) return message;
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${repair}`;
}

/** What a run fails with that has come to its end, where some chunks are not loaded. */
export function toChunksFailure(result: RunResult): ApplicationFailure {
  const { failedChunks } = result;
  const [first] = failedChunks;
  const where = first?.start ? `${first.start}/${first.end}: ` : '';
  const message = `${describeFailed(result)} ${where}${first?.error ?? ''} ${repairSentence(result)}`;
  return toRunFailure('ChunksFailed', message, result);
}

function describeFailed({ river, chunks }: RunResult): string {
  const { total = 0, loaded = 0, failed = 0, skipped = 0 } = chunks ?? {};
  if (loaded + skipped === 0) return `${river}: no chunk was loaded (${failed} failed).`;
  return `${river}: ${failed} of ${total} chunks failed, ${total - failed} loaded.`;
}

/** A run ends as it does, whether a notification can be sent or not. */
async function notifyRunEnd({ run, notify }: OpenedRun, result: RunResult): Promise<void> {
  if (!notify) return;
  await notifyEach(notify, (to) =>
    notifyRun.executeWithOptions({ summary: `tell ${to}` }, [{ run, to, result }]),
  );
}

const channels: readonly NotifyRequest['to'][] = ['webhook', 'slack'];

/** Sends notifications about a run that failed before it was opened: which channels its river has, the activity looks up. */
export async function notifyRefusedRun(result: RunResult, error: string): Promise<void> {
  if (result.river === '') return;
  await notifyEach(channels, (to) =>
    notifyRefusal.executeWithOptions({ summary: `tell ${to}` }, [{ to, result, error }]),
  );
}

async function notifyEach<T>(all: readonly T[], notify: (to: T) => Promise<unknown>): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    Promise.all(
      all.map((to) =>
        notify(to).catch((error: unknown) => {
          if (!(error instanceof ActivityFailure)) throw error;
        }),
      ),
    ),
  );
}
