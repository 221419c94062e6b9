import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RunResult, RunStatus } from '#domain/run/run-result';
import { repairSentence } from '#domain/run/sentences';
import { listsSlice } from '#domain/run/staging';
import { closeRun, openRun, resolveFilters } from './activities.ts';
import { failureOf, textOf } from './failure.ts';
import { gaveWay } from './gave-way.ts';
import { progressQuery, waitLiftedSignal } from './messages.ts';
import { notifyEnd, notifyRefused } from './notify-end.ts';
import { pullChunks } from './pull-chunks.ts';
import { pullToEnd } from './pull-to-end.ts';
import { type Carried, RunState } from './run-state.ts';
import { markRun, scheduledStartTime } from './search-attributes.ts';
import { settlePeriod } from './settle-period.ts';
import { throwIfCancelled } from './throw-if-cancelled.ts';
import { isHeld } from './warehouse-holds.ts';

/**
 * One run of a river: opens it (period, chunks, manifest), resolves its filters, pulls and loads its chunks and
 * sums up. `input` is what a person types: `{"river": "…"}` with overrides, see docs/runs.md. What comes `beside` it is
 * carried over by continue-as-new; from a person it is one input too many.
 *
 * Fails, not to be retried, with `ConfigurationError` where the input is refused, with `ChunksFailed` where some
 * chunks are not loaded, and with the kind of what stopped the run else; the failure's details are the result.
 */
export async function riverRun(input: unknown, ...beside: unknown[]): Promise<RunResult> {
  const carried = carriedIn(beside);
  const state = new RunState(carried);
  setHandler(progressQuery, () => state.progress(), {
    description: 'Counts, open chunks, and what the run waits for.',
  });
  setHandler(waitLiftedSignal, (lift) => state.waitLifted(lift), {
    description: 'Slices that wait for quota ask again at once. Sent by the budget of a connection.',
  });
  state.pauses.listen();

  let opened = carried?.opened ?? (await open(input, beside, state));
  let end: 'done' | 'continue';
  try {
    const { asksForData } = opened;
    const settled = asksForData
      ? await state.pauses.through(() => settlePeriod(opened, asksForData.waitMs, state))
      : opened;
    if (settled) {
      const isNew = !carried || opened !== settled;
      opened = settled;
      if (isNew && !opened.nothingLeft) await state.pauses.through(() => prepare(opened, state));
    }
    end = settled ? await state.pauses.through(() => pullChunks(opened, state), 'continue') : 'continue';
    // One that came while the lanes ended would be lost in the next execution.
    if (end === 'continue') await throwIfCancelled();
  } catch (error) {
    if (isCancellation(error)) {
      await close(opened, state, 'cancelled', null);
      throw error;
    }
    const failure = failureOf(error);
    if (!failure) throw error;
    throw failed(failure.kind, failure.message, await close(opened, state, 'failed', textOf(failure)));
  }
  if (end === 'continue') return continueAsNew<typeof riverRun>(input, state.carried(opened));
  const result = await close(opened, state, 'succeeded', null);
  if (result.status === 'succeeded') return result;
  throw failed('ChunksFailed', chunksFailed(result), result);
}

/** Only continue-as-new carries something, and a workflow with a cron schedule begins each of its executions like that as well. */
function carriedIn([carried]: readonly unknown[]): Carried | undefined {
  const { continuedFromExecutionRunId, cronSchedule } = workflowInfo();
  return continuedFromExecutionRunId && !cronSchedule ? (carried as Carried | undefined) : undefined;
}

async function open(input: unknown, beside: readonly unknown[], state: RunState): Promise<OpenedRun> {
  const info = workflowInfo();
  const startedAt = info.startTime.toISOString();
  const { workflowId, firstExecutionRunId: runId } = info;
  const instant = info.typedSearchAttributes.get(scheduledStartTime)?.toISOString() ?? startedAt;
  try {
    const request = {
      input,
      workflowId,
      runId,
      instant,
      startedAt,
      ...(beside.length > 0 && { inputs: 1 + beside.length }),
      ...(info.cronSchedule && { cron: info.cronSchedule }),
    };
    const summary = summaryOf(input);
    const opened = await state.stored(() => openRun.executeWithOptions({ summary }, [request]));
    markRun(opened);
    state.runOpened(opened);
    return opened;
  } catch (error) {
    const unopened = (status: RunStatus) =>
      buildUnopenedResult({
        river: textIn(input, 'river') ?? '',
        retryOf: textIn(input, 'retryFailedChunksOf'),
        workflowId,
        runId,
        status,
        startedAt,
        finishedAt: new Date().toISOString(),
      });
    const failure = failureOf(error);
    const isCancelled =
      isCancellation(error) || (gaveWay(error) && CancellationScope.current().consideredCancelled);
    if (isCancelled) state.ended(unopened('cancelled'), null);
    if (gaveWay(error)) await throwIfCancelled();
    if (isCancelled || !failure) throw error;
    const result = unopened('failed');
    state.ended(result, textOf(failure));
    await notifyRefused(result, textOf(failure));
    throw failed(failure.kind, failure.message, result);
  }
}

async function prepare(opened: OpenedRun, state: RunState): Promise<void> {
  if (opened.readsLists) await pullToEnd(opened.run, state, null, listsSlice);
  const { report } = opened.run;
  const { dataCalls } = await state.stored(() =>
    resolveFilters.executeWithOptions({ summary: report }, [opened.run]),
  );
  state.callsPlanned(dataCalls);
}

async function close(
  opened: OpenedRun,
  state: RunState,
  status: Exclude<RunStatus, 'running' | 'terminated'>,
  error: string | null,
): Promise<RunResult> {
  state.closing();
  const result = await CancellationScope.nonCancellable(() => closeInManifest(opened, state, status, error));
  state.ended(result, error);
  if (status !== 'cancelled') await notifyEnd(opened, result);
  return result;
}

/**
 * The result as the manifest has it; as the workflow knows it where the manifest takes nothing: whoever cancelled the run does not
 * wait for that, and others no longer than `giveUpAfter`; or where the warehouse was taken out of the file, or the run out of the
 * manifest: no run ends without its result. The next run in that warehouse closes this one there.
 */
async function closeInManifest(
  opened: OpenedRun,
  state: RunState,
  status: Exclude<RunStatus, 'running' | 'terminated'>,
  error: string | null,
): Promise<RunResult> {
  const request = { run: opened.run, status, error, finishedAt: new Date().toISOString() };
  // How it ends is only known when it has: the summary says what is done.
  const step = () => closeRun.executeWithOptions({ summary: 'close the run' }, [request]);
  try {
    if (status !== 'cancelled') return await state.stored(step);
    const outcome = await step();
    return isHeld(outcome) ? state.resultOf(request) : outcome;
  } catch (refusal) {
    const why = failureOf(refusal);
    if (!why) throw refusal;
    if (why.kind === 'WarehouseGivenUpError') return state.resultOf(request);
    const unclosed = state.resultOf(request, textOf(why));
    if (status === 'succeeded') {
      const failedAtEnd = { ...unclosed, status: 'failed' as const };
      state.ended(failedAtEnd, textOf(why));
      throw failed(why.kind, why.message, failedAtEnd);
    }
    return unclosed;
  }
}

const failed = (kind: string, message: string, result: RunResult): ApplicationFailure =>
  ApplicationFailure.create({ type: kind, message, nonRetryable: true, details: [result] });

function chunksFailed(result: RunResult): string {
  const { river, chunks, failedChunks } = result;
  const [first] = failedChunks;
  const others = chunks?.loaded ? `, the other ${chunks.loaded} are` : '';
  const where = first?.start ? `${first.start}/${first.end}: ` : '';
  return `${chunks?.failed} of ${chunks?.total} chunks of ${river} are not loaded${others}. ${where}${first?.error ?? ''} ${repairSentence(result)}`;
}

/** What an input names, where it names it: only for telling runs apart. */
const textIn = (input: unknown, key: 'river' | 'retryFailedChunksOf'): string | null => {
  const text = typeof input === 'object' && input !== null ? Reflect.get(input, key) : undefined;
  return typeof text === 'string' ? text : null;
};

const summaryOf = (input: unknown): string =>
  textIn(input, 'river') ?? textIn(input, 'retryFailedChunksOf') ?? 'no river';
