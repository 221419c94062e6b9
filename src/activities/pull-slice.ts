import type { Call } from '../domain/call/call.ts';
import { mayHaveBeenCut } from '../domain/call/paging.ts';
import {
  BaseUrlInDoubtError,
  BudgetSpentError,
  ConfigurationError,
  OptimoveUnavailableError,
} from '../domain/errors.ts';
import { durationMs } from '../domain/river/duration.ts';
import { proofOfConnection } from '../domain/run/run-slices.ts';
import type { WaitOn } from '../domain/run/waits.ts';
import { callsOfSlice } from './calls-of-slice.ts';
import type { SliceOutcome, SliceRequest } from './contract.ts';
import { inLanes } from './in-lanes.ts';
import type { ActivityPorts } from './ports.ts';
import { ChunkClosed, type PullContext, pullCall } from './pull-call.ts';
import { readOpenedRun } from './report-of-run.ts';
import { createSliceSlots } from './slice-slots.ts';
import { type StopSignals, stoppedByWorkflow, untilStopped } from './stop-signals.ts';

/** How long an attempt works before it gives its slot back: well below its timeout, whatever a call takes. */
const turnMs = 30 * 60_000;
/** The same while slices of its connection wait for one. */
const shortTurnMs = 60_000;
/** A call that fails for longer, or waits for longer until its next try, does so in its run: there a person sees it. */
const failsHereMs = 5_000;
/** When a slice that found no slot comes again: not in step with the others. */
const comesAgainMs = () => 5_000 + Math.round(10_000 * Math.random());

/**
 * Works through the calls of one slice, several at a time. Where it stands lies in the warehouse: an attempt
 * begins by looking there what is staged, so it goes on from wherever another one was killed.
 */
export const pullSlice = (ports: ActivityPorts) => {
  const slots = createSliceSlots();
  /** What a connection failed with last: who waits for it to answer may not have called itself. */
  const lastFailures = new Map<string, string>();
  return (request: SliceRequest) =>
    untilStopped(ports, async (signals): Promise<SliceOutcome> => {
      const { connection } = request.run;
      const { windows } = await ports.optimove(connection);
      const leave = slots.enter(connection);
      if (!leave)
        return { outcome: 'waiting', on: { on: 'slot' }, waitMs: comesAgainMs(), windows: windows() };
      const startedAt = performance.now();
      const hasTime = () =>
        request.isProbe !== true &&
        performance.now() - startedAt < (slots.isAwaited(connection) ? shortTurnMs : turnMs);
      try {
        const lastFailure = () => lastFailures.get(connection);
        const count = await pull(ports, request, signals, { hasTime, lastFailure });
        return count ? { outcome: 'pulled', count, windows: windows() } : { outcome: 'more' };
      } catch (error) {
        if (error instanceof BudgetSpentError)
          return { outcome: 'waiting', on: error.wait, waitMs: error.waitMs, windows: windows() };
        if (error instanceof ChunkClosed) return { outcome: 'closed' };
        if (error instanceof BaseUrlInDoubtError) {
          if (request.slice !== proofOfConnection) return { outcome: 'unproven' };
          throw new ConfigurationError(error.message, { facts: error.facts });
        }
        if (error instanceof OptimoveUnavailableError && error.wait) {
          const { wait, retryInMs = 0 } = error;
          if (wait.on === 'connection') lastFailures.set(connection, wait.reason);
          if (request.isProbe || lastsLong(wait, retryInMs))
            return { outcome: 'waiting', on: wait, waitMs: retryInMs, windows: windows() };
        }
        if (signals.stop.aborted && stoppedByWorkflow()) return { outcome: 'stopped' };
        throw error;
      } finally {
        leave();
      }
    });
};

const lastsLong = (wait: WaitOn, retryInMs: number): boolean =>
  retryInMs >= failsHereMs ||
  (wait.on === 'connection' && Date.now() - Date.parse(wait.since) >= failsHereMs);

/** What the slice comes to, once all its calls are staged; undefined where its turn ended before. */
async function pull(
  ports: ActivityPorts,
  { run, chunk, slice, pauses = [], lifted }: SliceRequest,
  signals: StopSignals,
  {
    hasTime,
    lastFailure,
  }: { readonly hasTime: () => boolean; readonly lastFailure: () => string | undefined },
) {
  const warehouse = await ports.warehouse(run.warehouse);
  const { connection, optimove, seenPages, outages } = await ports.optimove(run.connection);
  // A Reset begins slices again of chunks that are loaded since: that would be calls for nothing.
  if (!(await warehouse.isOpen(run.runId, chunk))) throw new ChunkClosed();
  const stored = await readOpenedRun(warehouse, run.runId);
  const staged = new Map(
    (await warehouse.stagedCalls(run.runId, chunk, slice)).map((call) => [call.call, call]),
  );
  const plan = await callsOfSlice(warehouse, stored, chunk, slice);
  const context: PullContext = {
    ...plan,
    runId: run.runId,
    chunk,
    slice,
    warehouse,
    optimove,
    seenPages,
    signals,
    history: async (call) => ({
      ...(await warehouse.callHistory(run.runId, call)),
      isProven: (await warehouse.stagedCalls(run.runId, null, proofOfConnection)).length > 0,
    }),
    lifted,
    pageSize: connection.pageSize,
    patience: {
      giveUpAfterMs: durationMs(stored.river.giveUpAfter),
      connection: connection.name,
      workflowId: run.workflowId,
      startedAt: stored.startedAt,
      pauses,
      outages,
      lastFailure,
    },
  };
  const count = { slice, calls: 0, rows: 0 };
  let inDoubt = 0;
  const { maxConcurrentCalls } = connection;
  const finished = await inLanes(plan.calls, maxConcurrentCalls, async (call) => {
    const before = staged.get(call.key);
    const pulled = before?.finished
      ? { ...before, inDoubt: mayHaveBeenCut(call, before) }
      : await pullCall(context, call, before);
    count.calls += 1;
    count.rows += pulled.rows;
    if (pulled.inDoubt) inDoubt += 1;
    return hasTime();
  });
  if (!finished) return undefined;
  if (inDoubt === 0) return count;
  if (!seenPages.rowsFollow()) {
    seenPages.leaveInDoubt(inDoubt);
    return count;
  }
  const { calls } = await callsOfSlice(warehouse, stored, chunk, slice);
  const more = await askOn(context, calls, maxConcurrentCalls, hasTime);
  return more === undefined ? undefined : { ...count, rows: count.rows + more };
}

/**
 * Asks on the calls of a slice that ended with a short page before it was seen that the server cuts pages. Says how many
 * rows that has brought; undefined where the turn ended before.
 */
async function askOn(
  context: PullContext,
  calls: Iterable<Call>,
  lanes: number,
  hasTime: () => boolean,
): Promise<number | undefined> {
  const { runId, chunk, slice, warehouse } = context;
  const staged = new Map((await warehouse.stagedCalls(runId, chunk, slice)).map((call) => [call.call, call]));
  let more = 0;
  const finished = await inLanes(calls, lanes, async (call) => {
    const before = staged.get(call.key);
    if (!before || !mayHaveBeenCut(call, before)) return true;
    const page = { chunk, slice, call: call.key, page: before.pages - 1 };
    await warehouse.markLast(runId, page, false);
    const { rows } = await pullCall(context, call, before);
    more += rows - before.rows;
    return hasTime();
  });
  return finished ? more : undefined;
}
