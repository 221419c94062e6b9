import type { Call } from '#domain/call/call';
import { mayHaveBeenCut } from '#domain/call/paging';
import { durationMs } from '#domain/duration';
import {
  BaseUrlInDoubtError,
  BudgetSpentError,
  ConfigurationError,
  OptimoveUnavailableError,
} from '#domain/errors';
import { resolveSnapshotDay } from '#domain/run/plan-run';
import { baseUrlProbe, listsSlice } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { WaitOn } from '#domain/run/waits';
import { ChunkClosed } from './ask-page.ts';
import type { SliceOutcome, SliceRequest } from './contract.ts';
import { mapWithConcurrency } from './map-with-concurrency.ts';
import { checkOpened, readOpenedRun, reportOfRiver, slicesAtOnce } from './opened-run.ts';
import { planSlice, type SlicePlan } from './plan-slice.ts';
import type { ActivityPorts } from './ports.ts';
import { type PullContext, pullCall } from './pull-call.ts';
import { selectAnew } from './resolve-filters.ts';
import { hashAsOpened } from './run-salts.ts';
import { createSliceSlots } from './slots.ts';
import { type StopSignals, stoppedByWorkflow, untilStopped } from './stop-signals.ts';
import type { SlicePulling, Warehouses } from './warehouse-ports.ts';
import type { WriteGate } from './write-gates.ts';

type SliceContext = PullContext & { readonly warehouse: SlicePulling };
type PullPorts = Pick<ActivityPorts, 'configurations' | 'runs' | 'draining' | 'optimove'> &
  Warehouses<SlicePulling>;

/** How long an attempt works before it gives its slot back: well below its timeout, whatever a call takes. */
const turnMs = 30 * 60_000;
/** The same while slices of its connection wait for one. */
const shortTurnMs = 60_000;
/** A slice that waits for this worker's sign-in is handed out again after this, maybe to a worker that is signed in. */
const handedOverAfterMs = 60_000;
/** A call that fails for longer, or waits for longer until its next try, does so in its run: there a person sees it. */
const failsHereMs = 5_000;
/** When a slice that found no slot is tried again: not in step with the others. */
const randomRetryMs = () => 5_000 + Math.round(10_000 * Math.random());

/**
 * Works through the calls of one slice, several at a time. Where it stands lies in the warehouse: an attempt
 * begins by looking there what is staged, so it goes on from wherever another one was killed.
 */
export const pullSlice = (ports: PullPorts, gates: (warehouse: string) => WriteGate) => {
  const slots = createSliceSlots();
  /** Slices whose turn is over, but that still have answers which their warehouse does not take just now. */
  const storing = new Map<string, Promise<unknown>>();
  /** What a connection failed with last: a run that waits for it may not have called itself. */
  const lastFailures = new Map<string, string>();
  return (request: SliceRequest) =>
    untilStopped(ports, async (signals): Promise<SliceOutcome> => {
      const { connection, warehouse, runId } = request.run;
      const {
        windows,
        connection: { maxConcurrentCalls },
      } = await ports.optimove(connection);
      // One run's slices, or as many as have a call in hand while the others' answers are staged.
      const wanted = Math.max(slicesAtOnce, 2 * maxConcurrentCalls);
      const asking = { connection, warehouse, run: runId, wanted };
      signals.onBudget(windows);
      const leave = await slots.enter(asking, signals.stop);
      if (!leave)
        return { outcome: 'waiting', on: { on: 'slot' }, waitMs: randomRetryMs(), windows: windows() };
      const gate = gates(warehouse);
      const startedAt = performance.now();
      const hasTime = () =>
        request.isProbe !== true &&
        performance.now() - startedAt < (slots.isAwaited(asking) ? shortTurnMs : turnMs);
      const lastFailure = () => lastFailures.get(connection);
      try {
        const key = JSON.stringify([runId, request.chunk, request.slice]);
        await unlessStuck(gate, Promise.resolve(storing.get(key)));
        await gate.pass(await ports.warehouse(warehouse), runId, request.isDoubted);
        const cut = new AbortController();
        const abort = AbortSignal.any([signals.abort, cut.signal]);
        const stop = AbortSignal.any([signals.stop, gate.signal]);
        const work = pull(ports, gate, request, { ...signals, stop, abort }, { hasTime, lastFailure });
        const count = await unlessStuck(gate, work, () => {
          const ended = work.then(
            () => storing.delete(key),
            () => storing.delete(key),
          );
          storing.set(key, ended);
          ports.draining.addEventListener('abort', () => cut.abort(), { once: true });
        });
        return count ? { outcome: 'pulled', count, windows: windows() } : { outcome: 'more' };
      } catch (error) {
        if (error instanceof BudgetSpentError) {
          const { wait: on, waitMs } = error;
          // Another worker may have a token: to its calls the wait for a sign-in here says nothing.
          const untilTurnMs = on.on === 'sign-in' ? Math.min(waitMs, handedOverAfterMs) : waitMs;
          return { outcome: 'waiting', on, waitMs: untilTurnMs, windows: windows() };
        }
        if (error instanceof ChunkClosed) return { outcome: 'closed' };
        if (error instanceof BaseUrlInDoubtError) {
          if (request.slice !== baseUrlProbe) return { outcome: 'unproven' };
          throw new ConfigurationError(error.message, { facts: error.facts });
        }
        if (error instanceof OptimoveUnavailableError && error.wait) {
          const { wait, retryInMs = 0 } = error;
          if (wait.on === 'connection') lastFailures.set(connection, wait.reason);
          if (request.isProbe || lastsLong(wait, retryInMs))
            return { outcome: 'waiting', on: wait, waitMs: retryInMs, windows: windows() };
        }
        if (signals.stop.aborted && stoppedByWorkflow()) return { outcome: 'stopped' };
        const on = gate.heard(error);
        if (on) return { outcome: 'waiting', waitMs: gate.held()?.waitMs ?? 0, windows: windows(), on };
        throw error;
      } finally {
        leave();
      }
    });
};

/** How long calls in flight have to end, once nothing can be stored. */
const endsWithinMs = 3_000;

/** What `work` comes to; throws where nothing can be stored and it has not ended soon after that: `left` hears that it goes on. */
async function unlessStuck<T>(gate: WriteGate, work: Promise<T>, left: () => void = () => {}): Promise<T> {
  const { promise: stuck, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onHeld = () => {
    timer = setTimeout(() => {
      left();
      reject(gate.held() ?? signal.reason);
    }, endsWithinMs);
  };
  const { signal } = gate;
  if (signal.aborted) onHeld();
  else signal.addEventListener('abort', onHeld, { once: true });
  try {
    return await Promise.race([work, stuck]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onHeld);
  }
}

const lastsLong = (wait: WaitOn, retryInMs: number): boolean =>
  retryInMs >= failsHereMs ||
  (wait.on === 'connection' && Date.now() - Date.parse(wait.since) >= failsHereMs);

/** What the slice comes to, once all its calls are staged; undefined where its turn ended before. */
async function pull(
  ports: PullPorts,
  gate: WriteGate,
  { run, chunk, slice, pauses = [], lifted }: SliceRequest,
  signals: StopSignals,
  {
    hasTime,
    lastFailure,
  }: { readonly hasTime: () => boolean; readonly lastFailure: () => string | undefined },
) {
  const warehouse = gate.guarding(await ports.warehouse(run.warehouse));
  const { connection, optimove, seenPages, outages } = await ports.optimove(run.connection);
  // A Reset begins slices again of chunks that are loaded since: that would be calls for nothing.
  const { isOpen, run: found, calls, target } = await warehouse.readSlice(run.runId, chunk, slice);
  if (!isOpen) throw new ChunkClosed();
  const opened = checkOpened(found, run.runId);
  const staged = new Map(calls.map((call) => [call.call, call]));
  const common = {
    runId: run.runId,
    warehouse,
    optimove,
    seenPages,
    signals,
    history: async (call: string) => ({
      ...(await warehouse.readCallHistory(run.runId, call)),
      // Earlier runs prove nothing where it is asked whether the API is still there.
      ...(slice === baseUrlProbe && { isKnown: false }),
      isProven: (await warehouse.readStagedCalls(run.runId, null, baseUrlProbe)).length > 0,
    }),
    lifted,
    pageSize: connection.pageSize,
    patience: {
      giveUpAfterMs: durationMs(opened.river.giveUpAfter),
      connection: connection.name,
      workflowId: run.workflowId,
      startedAt: opened.startedAt,
      pauses,
      outages,
      lastFailure,
    },
  };
  const stored = chunk !== null && staged.size === 0 ? await dateByPull(opened, common) : opened;
  const hash = hashAsOpened(opened, await ports.configurations.current());
  const data = target && { table: target, hash };
  const plan = await planSlice(warehouse, stored, chunk, slice, data);
  const context: SliceContext = { ...common, ...plan, chunk, slice, pack: await warehouse.readPacker() };
  const count = { slice, calls: 0, rows: 0 };
  let inDoubt = 0;
  const { maxConcurrentCalls } = connection;
  const finished = await mapWithConcurrency(plan.calls, maxConcurrentCalls, async (call) => {
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
  const again = await planSlice(warehouse, stored, chunk, slice, data);
  const more = await askOn(context, again.calls, maxConcurrentCalls, hasTime);
  return more === undefined ? undefined : { ...count, rows: count.rows + more };
}

/**
 * Asks on the calls of a slice that ended with a short page before it was seen that the server cuts pages. Says how many
 * rows that has brought; undefined where the turn ended before.
 */
async function askOn(
  context: SliceContext,
  calls: Iterable<Call>,
  lanes: number,
  hasTime: () => boolean,
): Promise<number | undefined> {
  const { runId, chunk, slice, warehouse } = context;
  const staged = new Map(
    (await warehouse.readStagedCalls(runId, chunk, slice)).map((call) => [call.call, call]),
  );
  let more = 0;
  const finished = await mapWithConcurrency(calls, lanes, async (call) => {
    const before = staged.get(call.key);
    if (!before || !mayHaveBeenCut(call, before)) return true;
    const page = { chunk, slice, call: call.key, page: before.pages - 1 };
    await warehouse.markLastPage(runId, page, false);
    const { rows } = await pullCall(context, call, before);
    more += rows - before.rows;
    return hasTime();
  });
  return finished ? more : undefined;
}

/**
 * A report that answers with the present state is dated by the day on which it is answered. Where midnights have passed since
 * the run was dated, and nothing is staged of its rows, it is dated anew; report 5, whose day GetLastDataUpdate says, asks again.
 */
async function dateByPull(
  stored: StoredRun,
  context: Omit<SliceContext, keyof SlicePlan | 'chunk' | 'slice'>,
): Promise<StoredRun> {
  const { runId, warehouse } = context;
  const { snapshot } = reportOfRiver(stored.river);
  const day = snapshot && resolveSnapshotDay(stored, new Date());
  if (day === undefined || day === stored.day) return stored;
  if (snapshot?.day === 'lastDataUpdate') {
    await warehouse.deleteStaged(runId, null, [listsSlice]);
    const { calls, ...plan } = await planSlice(warehouse, stored, null, listsSlice);
    const lists = { ...context, ...plan, chunk: null, slice: listsSlice };
    for (const call of calls) await pullCall(lists, call, undefined);
    await selectAnew(warehouse, stored);
  }
  await warehouse.saveDay(runId, day);
  return readOpenedRun(warehouse, runId);
}
