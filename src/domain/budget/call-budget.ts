/**
 * The call budget of one connection: the arithmetic, without a clock and without I/O. The workflow `apiBudget` keeps one
 * state (`budget-state.ts`) for each connection; every process asks it for permits with `reserve`, and is answered at once.
 *
 * Who waits where
 *
 *   run ── call ──► queue of its process ── reserve: asks, room ──► ledger of who waits (demand.ts)
 *    ▲                │  ▲   ▲                                         │  of the runs that wait, the one that was
 *    │                │  │   └── permit ◄── a slot is near (≤ 10 s) ───┤  served least is next (fair-share.ts);
 *    │                │  └────── askAgainMs ◄── no slot is near ───────┘  in an outage, who has waited longest
 *    └─ sleeps until ─┘
 *       then, where nextInMs says more than 10 s
 *
 * What a permit goes through
 *
 *   slot that every window has free (rolling-windows.ts)
 *     ── grant (grant-calls.ts) ──► booked in every window, held by the process
 *          ── its 250 ms come, a call waits ──► used: the call is sent, and stays booked until it has left the window
 *          ── they pass, no call waits, or the API asked to wait ──► returned with the next request: the slot is free again
 *          ── the process is killed ──► nothing is told: it stays booked as if its call were sent
 *
 * What is told when (`news` of the next request; at once after a failure, a 429, a probe or a trial; apply-outcomes.ts).
 * A request that is repeated on its way gets permits, but tells and returns once (request-dedup.ts).
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
import { applyOutcomes } from './apply-outcomes.ts';
import { boundBackOff } from './back-off.ts';
import type { CallBudget } from './budget-state.ts';
import { closedCircuit } from './circuit-breaker.ts';
import { forgetLateProcesses, recordDemand } from './demand.ts';
import { noThrottling } from './external-usage.ts';
import { createFairShare, forgetIdleRuns, refundRun } from './fair-share.ts';
import { grantCalls } from './grant-calls.ts';
import { isFirstArrival } from './request-dedup.ts';
import { clockMs, type Granted, type Reservation, roomForPermits } from './reservation.ts';
import { createRollingWindows, measureUse, replaceWindows, withdrawCall } from './rolling-windows.ts';
import { type BudgetWindow, lengthenWindows, longestMs, type WindowUse } from './window.ts';

/** The id of the workflow that keeps a connection's budget. One for each connection and namespace. */
export const budgetWorkflowId = (connection: string): string => `apiBudget/${connection}`;

/** A budget of which nothing was used. */
export function createCallBudget(windows: readonly BudgetWindow[]): CallBudget {
  return {
    configured: windows,
    settling: [],
    windows: createRollingWindows(keptWindows({ configured: windows, settling: [] })),
    accounts: createFairShare(),
    waiting: {},
    heard: {},
    throttle: noThrottling,
    outage: closedCircuit,
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
 * the others. First applies what it tells and gives back.
 */
export function reserve(budget: CallBudget, request: Reservation, now: number): Granted {
  configure(budget, request.windows, now);
  boundBackOff(budget, now);
  // A permit that is given back twice would free what another process holds.
  if (isFirstArrival(budget.heard, request, now)) {
    for (const { run, at } of request.returned) {
      withdrawCall(budget.windows, at);
      refundRun(budget.accounts, run);
    }
    applyOutcomes(budget, request, now);
  }
  forgetIdleRuns(budget.accounts, now - longestMs(budget.windows.windows));
  forgetLateProcesses(budget.waiting, now);
  const granted = grantCalls(budget, request, now);
  recordDemand(budget.waiting, request, granted, now);
  return granted;
}

/**
 * Follows a change of the configuration. Processes read it at different times, and calls were booked under the old
 * windows: for the length of the longest one old and new hold together, so the tighter of them does.
 */
export function configure(budget: CallBudget, windows: readonly BudgetWindow[], now: number): void {
  const { configured, settling } = budget;
  if (settling.length === 0 && isSame(configured, windows)) return;
  const left = configured.filter((window) => !includes(windows, window));
  const until = now + longestMs([...windowsInForce(budget), ...windows]);
  budget.configured = windows;
  budget.settling = [
    ...settling.filter((old) => old.until > now && !includes([...windows, ...left], old.window)),
    ...left.map((window) => ({ window, until })),
  ];
  const kept = keptWindows(budget);
  if (!isSame(budget.windows.windows, kept)) budget.windows = replaceWindows(budget.windows, kept);
}

/** The windows that hold, those configured first, and each as long as the budget keeps it. */
export const keptWindows = (budget: InForce): BudgetWindow[] =>
  lengthenWindows(windowsInForce(budget), roomForPermits(budget.configured) + clockMs);

type InForce = Pick<CallBudget, 'configured' | 'settling'>;

const windowsInForce = ({ configured, settling }: InForce): BudgetWindow[] => [
  ...configured,
  ...settling.map(({ window }) => window),
];

const isWindow = (one: BudgetWindow, other: BudgetWindow | undefined): boolean =>
  one.calls === other?.calls && one.perMs === other.perMs;

const includes = (windows: readonly BudgetWindow[], one: BudgetWindow): boolean =>
  windows.some((window) => isWindow(window, one));

const isSame = (some: readonly BudgetWindow[], others: readonly BudgetWindow[]): boolean =>
  some.length === others.length && some.every((window, at) => isWindow(window, others[at]));

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
