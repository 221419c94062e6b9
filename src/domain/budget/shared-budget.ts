import type { HeardProcesses } from './heard-processes.ts';
import { noOutage, type OutageState } from './outage.ts';
import { clockMs, roomForPermits } from './permit.ts';
import { createRollingWindows, type RollingWindows, underOtherWindows } from './rolling-windows.ts';
import { noAccounts, type RunAccounts } from './run-accounts.ts';
import type { WaitingProcesses } from './waiting-processes.ts';
import { type BudgetWindow, lengthenWindows } from './window.ts';

/**
 * The budget of one connection, for all processes that call through it. Plain data, so that it travels over
 * continue-as-new; changed in place. All instants are milliseconds on the budget's own clock.
 */
export interface SharedBudget {
  /** As configured. */
  configured: readonly BudgetWindow[];
  /** What was configured before, and holds as well for a while. */
  settling: readonly Settling[];
  /** What is booked. Each window is longer than at the API by what permits and the way are uncertain by. */
  windows: RollingWindows;
  accounts: RunAccounts;
  waiting: WaitingProcesses;
  heard: HeardProcesses;
  throttle: ThrottleRow;
  outage: OutageState;
  /** The one call that finds out whether the API can be called again, while there is one. */
  trial: { readonly process: string; readonly until: number } | null;
}

interface Settling {
  readonly window: BudgetWindow;
  readonly until: number;
}

/** 429s in a row: how many, when the first of them came, and when the last of all did; null where none has. */
export interface ThrottleRow {
  readonly inRow: number;
  readonly since: number | null;
  readonly at: number | null;
}

export const noThrottleRow: ThrottleRow = Object.freeze({ inRow: 0, since: null, at: null });

export function createSharedBudget(windows: readonly BudgetWindow[]): SharedBudget {
  return {
    configured: windows,
    settling: [],
    windows: createRollingWindows(keptWindows({ configured: windows, settling: [] })),
    accounts: noAccounts(),
    waiting: {},
    heard: {},
    throttle: noThrottleRow,
    outage: noOutage,
    trial: null,
  };
}

/**
 * Follows a change of the configuration. Processes read it at different times, and calls were booked under the old
 * windows: for the length of the longest one old and new hold together, so the tighter of them does.
 */
export function configure(budget: SharedBudget, windows: readonly BudgetWindow[], now: number): void {
  const { configured, settling } = budget;
  if (settling.length === 0 && isSame(configured, windows)) return;
  const left = configured.filter((window) => !includes(windows, window));
  const longest = Math.max(...[...windowsInForce(budget), ...windows].map(({ perMs }) => perMs));
  budget.configured = windows;
  budget.settling = [
    ...settling.filter(({ window, until }) => until > now && !includes([...windows, ...left], window)),
    ...left.map((window) => ({ window, until: now + longest })),
  ];
  const kept = keptWindows(budget);
  if (!isSame(budget.windows.windows, kept)) budget.windows = underOtherWindows(budget.windows, kept);
}

/** The windows that hold, those configured first, and each as long as the budget keeps it. */
export const keptWindows = (budget: InForce): BudgetWindow[] =>
  lengthenWindows(windowsInForce(budget), roomForPermits(budget.configured) + clockMs);

type InForce = Pick<SharedBudget, 'configured' | 'settling'>;

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
