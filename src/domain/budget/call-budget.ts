/**
 * The call budget of one connection: the arithmetic, without a clock and without I/O. The workflow `apiBudget` keeps one
 * state (`budget-state.ts`) for each connection; every process asks it for permits with `reserve`, and is answered at once.
 * What happens in a process between its requests, `src/budget/limiter.ts` draws.
 *
 * Who waits where
 *
 *   run ── call ──► wait queue of its process ── reserve: asks, room ──► ledger of who waits (demand.ts)
 *    ▲                │  ▲   ▲                                              │  of the runs that wait, the one that was
 *    │                │  │   └── permit ◄── a slot is near (≤ 10 s) ────────┤  served least is next (fair-share.ts);
 *    │                │  └────── askAgainMs ◄── no slot is near ────────────┘  in an outage, the longest waiting process
 *    └─ sleeps until ─┘
 *       then, where nextInMs says more than 10 s
 *
 * What a permit goes through
 *
 *   slot that every window has free (rolling-windows.ts)
 *     ── grant (grant-calls.ts) ──► booked in every window, scheduled in the process
 *          ── its 250 ms come, a call waits ──► used: the call is sent, and stays booked until it has left the window
 *          ── they pass, no call waits, or the API asked to wait ──► returned with the next request: the slot is free again
 *          ── the process is killed ──► nothing is told: it stays booked as if its call were sent
 *
 * What the outcomes of calls do, which the next request tells. A request that is repeated on its way gets permits, but
 * tells and returns once.
 *
 *   answered ──► the circuit is closed, if it was open
 *   failed ──► the fifth in a row, or a 503 with Retry-After, opens the circuit: probes, one at a time, after
 *              1, 2, 4 … 120 s, until one is answered (circuit-breaker.ts)
 *   429 ──► others use the credentials too: the calls that we did not send are booked as external usage, and trials go
 *           out one at a time until one is answered otherwise (external-usage.ts)
 *   Retry-After ──► no call until then, for the longer of an hour and the longest window at most; a person can lift it
 *                   (back-off.ts)
 *
 * Around it: `window.ts` what is configured, `reservation.ts` what travels between process and budget, `least-time.ts`
 * how long calls take, `save-budget.ts` how a budget goes on in a new history.
 */
import { boundBackOff, limitRetryAfter } from './back-off.ts';
import type { CallBudget, RequestLog } from './budget-state.ts';
import { closedCircuit, recordFailure } from './circuit-breaker.ts';
import { forgetLateProcesses, recordDemand } from './demand.ts';
import { noThrottling, recordThrottling } from './external-usage.ts';
import { createFairShare, forgetIdleRuns, refundRun } from './fair-share.ts';
import { grantCalls } from './grant-calls.ts';
import type { Granted, Reservation } from './reservation.ts';
import {
  configureWindows,
  createRollingWindows,
  keptWindows,
  measureUse,
  withdrawCall,
} from './rolling-windows.ts';
import { type BudgetWindow, longestMs, type WindowUse } from './window.ts';

/** The id of the workflow that keeps a connection's budget. One for each connection and namespace. */
export const budgetWorkflowId = (connection: string): string => `apiBudget/${connection}`;

/** A budget of which nothing was used. */
export function createCallBudget(windows: readonly BudgetWindow[]): CallBudget {
  return {
    configured: windows,
    settling: [],
    windows: createRollingWindows(keptWindows({ configured: windows, settling: [] })),
    shares: createFairShare(),
    waiting: {},
    requests: {},
    throttle: noThrottling,
    circuit: closedCircuit,
    trial: null,
  };
}

/** A budget of which nothing is known: all that could have been sent counts as sent just now. */
export function createFullBudget(windows: readonly BudgetWindow[], now: number): CallBudget {
  const budget = createCallBudget(windows);
  for (const { calls, instants } of budget.windows.windows) instants.push(...Array<number>(calls).fill(now));
  return budget;
}

/**
 * Answers a process at once: with permits for those of its calls whose time is near, and with when to ask again for
 * the others. First applies what it tells and returns.
 */
export function reserve(budget: CallBudget, request: Reservation, now: number): Granted {
  configureWindows(budget, request.windows, now);
  boundBackOff(budget, now);
  if (isFirstArrival(budget.requests, request, now)) {
    applyReturns(budget, request);
    applyOutcomes(budget, request, now);
  }
  forgetIdleRuns(budget.shares, now - longestMs(budget.windows.windows));
  forgetLateProcesses(budget.waiting, now);
  const granted = grantCalls(budget, request, now);
  recordDemand(budget.waiting, request, granted, now);
  return granted;
}

/** A request is repeated within seconds, or not at all. */
const rememberedMs = 3_600_000;

/**
 * Whether a request arrives for the first time. Temporal's client repeats one whose answer was lost, and each copy asks
 * for permits: but the outcomes and returned permits in it count once. A permit that was returned twice would free a
 * slot that another process holds.
 */
function isFirstArrival(log: RequestLog, { process, sequence }: Reservation, now: number): boolean {
  for (const [other, { at }] of Object.entries(log)) {
    if (at + rememberedMs < now) delete log[other];
  }
  if (sequence <= (log[process]?.sequence ?? Number.NEGATIVE_INFINITY)) return false;
  log[process] = { sequence, at: now };
  return true;
}

/** The slots of returned permits are free again. */
function applyReturns(budget: CallBudget, { returned }: Reservation): void {
  for (const { run, at } of returned) {
    withdrawCall(budget.windows, at);
    refundRun(budget.shares, run);
  }
}

/** Applies the outcomes of a process's calls: to the circuit breaker, the 429s in a row, and the external usage. */
function applyOutcomes(budget: CallBudget, { process, outcomes }: Reservation, now: number): void {
  const { answered, failed, probe, throttled } = outcomes;
  const isTrialOver = probe !== null && budget.trial?.process === process;
  if (isTrialOver) budget.trial = null;
  if (answered && budget.circuit.probe) budget.trial = null;
  if (answered) budget.circuit = closedCircuit;
  for (let count = 0; count < failed; count += 1) {
    // The probe is one of them, and so is the one with Retry-After.
    const isFirst = count === 0;
    const retryAfterMs = isFirst ? limitRetryAfter(budget, outcomes.retryAfterMs ?? null) : null;
    budget.circuit = recordFailure(budget.circuit, now, isFirst && probe === 'failed', retryAfterMs);
  }
  const isTrialAnswered = isTrialOver && probe === 'answered';
  if (throttled.length > 0) {
    const refusals = throttled.map(({ sentAgoMs, retryAfterMs }) => ({
      sentAt: now - sentAgoMs,
      retryAfterMs: limitRetryAfter(budget, retryAfterMs),
    }));
    recordThrottling(budget, refusals, isTrialAnswered, now);
  } else if (isTrialAnswered) {
    // Other calls may have been under way when the 429 came; the trial was sent after it.
    budget.throttle = { ...budget.throttle, inRow: 0, since: null };
  }
}

/** What `river budget` shows of a connection. */
export interface BudgetReport {
  readonly connection: string;
  readonly windows: readonly WindowUse[];
  /** Calls that wait for a permit. */
  readonly waiting: number;
  /** ISO 8601; null where the API holds nothing back. */
  readonly throttledUntil: string | null;
}

/** Each window as configured: that the budget keeps it for a little longer is its own caution. */
export function reportUse(budget: CallBudget, now: number): WindowUse[] {
  const kept = measureUse(budget.windows, now);
  return budget.configured.map(({ calls, perMs }, index) => {
    const used = Math.min(calls, kept[index]?.used ?? 0);
    return { calls, perSeconds: perMs / 1000, used, free: calls - used };
  });
}

/** How long ago each booked call was sent, in milliseconds, as far back as the budget remembers; negative: it is booked ahead. */
export function sentAgoMs({ windows }: CallBudget, now: number): number[] {
  const [longest] = windows.windows.toSorted((a, b) => b.perMs - a.perMs);
  return (longest?.instants ?? []).map((at) => now - at);
}
