import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RunResult, RunStatus } from '#domain/run/run-result';
import { listsSlice } from '#domain/run/staged-page';
import { commitOverwrite, openRun, resolveFilters } from './activities.ts';
import { awaitFreshness } from './await-freshness.ts';
import { endRun, notifyRefusedRun, toChunksFailure, toRunFailure, withRepair } from './end-run.ts';
import { cancelledDuringRetry, failureText, readFailure, throwIfCancelled } from './failure.ts';
import { progressQuery, waitLiftedSignal } from './messages.ts';
import { pullChunks } from './pull-chunks.ts';
import { pullToEnd } from './pull-to-end.ts';
import { type Carried, RunState } from './run-state.ts';
import { scheduledStartTime, setRunAttributes, summaryText } from './visibility.ts';

/**
 * One run of a river: opens it (period, chunks, manifest), resolves its filters, pulls and loads its chunks, and sums up.
 * `input` is what a person types: `{"river": "…"}` with overrides, see docs/runs.md. Continue-as-new passes its state as a second
 * input; a second input from a person is refused.
 *
 * Fails, without a retry, with `ConfigurationError` where the input is refused, with `ChunksFailed` where some chunks are not
 * loaded, and otherwise with the kind of what stopped the run; the failure's details are the result.
 */
export async function riverRun(input: unknown, ...furtherInputs: unknown[]): Promise<RunResult> {
  const carried = readCarried(furtherInputs);
  const state = new RunState(carried);
  setHandler(progressQuery, () => state.progress(), {
    description: 'Counts, open chunks, and what the run waits for.',
  });
  setHandler(waitLiftedSignal, (lift) => state.waitLifted(lift), {
    description: "Slices that wait for quota ask again at once. Sent by a connection's budget.",
  });
  state.pauses.listen();

  let opened = carried?.opened ?? (await open(input, furtherInputs, state));
  let end: 'done' | 'continue';
  try {
    const { asksForData } = opened;
    const dated = asksForData
      ? await state.pauses.runPausable(() => awaitFreshness(opened, asksForData.waitMs, state))
      : opened;
    if (dated) {
      const isNew = !carried || opened !== dated;
      opened = dated;
      if (isNew && !opened.nothingLeft) await state.pauses.runPausable(() => prepare(opened, state));
    }
    end = dated ? await state.pauses.runPausable(() => load(opened, state), 'continue') : 'continue';
    // A cancellation that came while the chunks stopped would be lost in the next execution.
    if (end === 'continue') await throwIfCancelled();
  } catch (error) {
    if (isCancellation(error)) {
      await endRun(opened, state, 'cancelled', null);
      throw error;
    }
    const failure = readFailure(error);
    if (!failure) throw error;
    const result = await endRun(opened, state, 'failed', failureText(failure));
    throw toRunFailure(failure.kind, withRepair(failure.message, result, failureText(failure)), result);
  }
  if (end === 'continue') return continueAsNew<typeof riverRun>(input, state.carried(opened));
  const result = await endRun(opened, state, 'succeeded', null);
  if (result.status === 'succeeded') return result;
  throw toChunksFailure(result);
}

/** Only continue-as-new carries state; a workflow with a cron schedule begins each of its executions in the same way, and carries none. */
function readCarried([carried]: readonly unknown[]): Carried | undefined {
  const { continuedFromExecutionRunId, cronSchedule } = workflowInfo();
  return continuedFromExecutionRunId && !cronSchedule ? (carried as Carried | undefined) : undefined;
}

async function open(input: unknown, furtherInputs: readonly unknown[], state: RunState): Promise<OpenedRun> {
  const info = workflowInfo();
  const startedAt = info.startTime.toISOString();
  const { workflowId, firstExecutionRunId: runId } = info;
  const instant = info.typedSearchAttributes.get(scheduledStartTime)?.toISOString() ?? startedAt;
  const river = readText(input, 'river');
  const retryOf = readText(input, 'retryFailedChunksOf');
  try {
    const request = {
      input,
      workflowId,
      runId,
      instant,
      startedAt,
      ...(furtherInputs.length > 0 && { inputs: 1 + furtherInputs.length }),
      ...(info.cronSchedule && { cron: info.cronSchedule }),
    };
    const summary = summaryText(river ?? (retryOf === null ? 'no river' : `what ${retryOf} has not loaded`));
    const opened = await state.stored(() => openRun.executeWithOptions({ summary }, [request]));
    setRunAttributes(opened);
    state.runOpened(opened);
    return opened;
  } catch (error) {
    const unopened = (status: RunStatus) => {
      const finishedAt = new Date().toISOString();
      return buildUnopenedResult({
        river: river ?? '',
        retryOf,
        workflowId,
        runId,
        status,
        startedAt,
        finishedAt,
      });
    };
    const failure = readFailure(error);
    const isCancelled =
      isCancellation(error) ||
      (cancelledDuringRetry(error) && CancellationScope.current().consideredCancelled);
    if (isCancelled) state.ended(unopened('cancelled'), null);
    if (cancelledDuringRetry(error)) await throwIfCancelled();
    if (isCancelled || !failure) throw error;
    const result = unopened('failed');
    state.ended(result, failureText(failure));
    await notifyRefusedRun(result, failureText(failure));
    throw toRunFailure(failure.kind, withRepair(failure.message, result, failureText(failure)), result);
  }
}

/** Resolves the filters where that needs list calls, and counts the calls to make. Other filters were resolved when the run was opened. */
async function prepare(opened: OpenedRun, state: RunState): Promise<void> {
  if (opened.dataCalls !== undefined) return state.callsPlanned(opened.dataCalls);
  if (opened.readsLists) await pullToEnd(opened.run, state, null, listsSlice);
  const { report } = opened.run;
  const { dataCalls } = await state.stored(() =>
    resolveFilters.executeWithOptions({ summary: `filters of ${report}` }, [opened.run]),
  );
  state.callsPlanned(dataCalls);
}

/** Pulls and loads all chunks; where they wait to overwrite the table, this happens once none is left. */
async function load(opened: OpenedRun, state: RunState): Promise<'done' | 'continue'> {
  const end = await pullChunks(opened, state);
  if (end === 'continue' || !opened.overwrites) return end;
  await throwIfCancelled();
  state.overwriting();
  // One under way is not cancelled: it would be unknown whether the database has committed.
  const commit = () =>
    CancellationScope.nonCancellable(() =>
      commitOverwrite.executeWithOptions({ summary: 'replace the content of the table' }, [opened.run]),
    );
  try {
    await state.stored(commit, 'the table');
  } catch (error) {
    // It has waited for a lock until the run was cancelled, and left the table as it is.
    await throwIfCancelled();
    throw error;
  }
  return end;
}

/** A name in an input that is not validated yet. */
const readText = (input: unknown, key: 'river' | 'retryFailedChunksOf'): string | null => {
  const text = typeof input === 'object' && input !== null ? Reflect.get(input, key) : undefined;
  return typeof text === 'string' ? text : null;
};
