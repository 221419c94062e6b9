import { noOutage, type OutageState } from './outage.ts';
import { roomForPermits } from './permit.ts';
import { createRollingWindows, type RollingWindows, underOtherWindows } from './rolling-windows.ts';
import type { RunAccounts } from './run-accounts.ts';
import { noThrottle, type ThrottleState } from './throttle.ts';
import { type BudgetWindow, lengthenWindows } from './window.ts';

/**
 * The budget of one connection, for all processes that call through it. Plain data, so that it travels over
 * continue-as-new; changed in place. All instants are milliseconds on the budget's own clock.
 */
export interface SharedBudget {
  /** As configured. */
  configured: readonly BudgetWindow[];
  /** What was configured before: it holds as well, until then. */
  settling: { readonly windows: readonly BudgetWindow[]; readonly until: number } | null;
  /** What is booked. Each window is longer than at the API by what permits and the way are uncertain by. */
  windows: RollingWindows;
  accounts: RunAccounts;
  throttle: ThrottleState;
  outage: OutageState;
  /** Until when a probe is under way; after that its process has died. */
  probingUntil: number | null;
}

export function createSharedBudget(windows: readonly BudgetWindow[]): SharedBudget {
  return {
    configured: windows,
    settling: null,
    windows: createRollingWindows(keptWindows(windows)),
    accounts: {},
    throttle: noThrottle,
    outage: noOutage,
    probingUntil: null,
  };
}

/**
 * Follows a change of the configuration. Processes read it at different times, and calls were booked under the old
 * windows: for the length of the longest one old and new hold together, so the tighter of them does.
 */
export function configure(budget: SharedBudget, windows: readonly BudgetWindow[], now: number): void {
  if (!isSame(windows, budget.configured)) {
    const before = [...budget.configured, ...(budget.settling?.windows ?? [])];
    const longest = Math.max(...[...before, ...windows].map(({ perMs }) => perMs));
    budget.settling = { windows: before, until: now + longest };
    budget.configured = windows;
    keepWindows(budget, [...windows, ...before]);
  } else if (budget.settling && budget.settling.until <= now) {
    budget.settling = null;
    keepWindows(budget, windows);
  }
}

function keepWindows(budget: SharedBudget, windows: readonly BudgetWindow[]): void {
  const distinct = windows.filter(
    (window, at) => windows.findIndex((other) => isSame([window], [other])) === at,
  );
  budget.windows = underOtherWindows(budget.windows, keptWindows(distinct));
}

const keptWindows = (windows: readonly BudgetWindow[]): BudgetWindow[] =>
  lengthenWindows(windows, roomForPermits(windows));

const isSame = (some: readonly BudgetWindow[], others: readonly BudgetWindow[]): boolean =>
  some.length === others.length &&
  some.every(({ calls, perMs }, at) => calls === others[at]?.calls && perMs === others[at]?.perMs);
