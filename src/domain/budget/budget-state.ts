/**
 * All that a budget remembers, as plain data: the types that the files of this room share, so that none of them imports
 * another for a type. The state travels over continue-as-new as JSON, so its keys are written into histories. Instants
 * are milliseconds on the budget's own clock, which never goes back.
 */
import type { WaitingCalls } from './reservation.ts';
import type { BudgetWindow } from './window.ts';

/** The budget of one connection, for all processes that call through it. Changed in place. */
export interface CallBudget {
  /** As configured. */
  configured: readonly BudgetWindow[];
  /** What was configured before, and still holds for a while. */
  settling: readonly SettlingWindow[];
  /** What is booked. Each window is longer than at the API by the uncertainty of permits and of the way. */
  windows: RollingWindows;
  shares: FairShare;
  waiting: WaitingLedger;
  requests: RequestLog;
  throttle: Throttling;
  circuit: CircuitBreaker;
  /** The one call that finds out whether the API can be called again, while it is under way. */
  trial: Trial | null;
}

interface SettlingWindow {
  readonly window: BudgetWindow;
  readonly until: number;
}

/**
 * What has been sent in each window, and what is booked to be sent. A window at the instant t is the interval
 * (t − per, t]: a call at exactly t − per is out of it.
 */
export interface RollingWindows {
  readonly windows: readonly WindowState[];
  /** No call before this instant, whatever the windows say; null where there is no back-off. */
  backOffUntil: number | null;
}

/**
 * One window's newest calls, ascending, twice `calls` of them at most: an older one can't hold the next call back,
 * even where all that are booked ahead are withdrawn.
 */
export interface WindowState extends BudgetWindow {
  readonly instants: number[];
  /** What others send with the same credentials, as far as is known. */
  external: ExternalUsage | null;
}

/** So many calls of the window are used by others until then; after that they come back, first one, then more and more. */
export interface ExternalUsage {
  readonly calls: number;
  readonly until: number;
  readonly stepMs: number;
}

/** What each run was given: the run with the lowest position is served next. */
export interface FairShare {
  /** The position of the waiting run that was served least. Never goes back. */
  level: number;
  readonly runs: Record<string, RunShare>;
}

interface RunShare {
  /** Calls that the run was given. */
  sent: number;
  /** The same, but begun at the level of then: a run shares while it waits, and catches nothing up. */
  served: number;
  /** When it was last given one. */
  at: number;
}

/** Who waits, by process, in the order in which they began to wait. */
export type WaitingLedger = Record<string, WaitingProcess>;

export interface WaitingProcess {
  /** Calls without a permit, by run, as the process last asked. */
  readonly asks: readonly WaitingCalls[];
  /** How many of them it could send. */
  readonly room: number;
  /** Since when it has been given nothing. */
  readonly since: number;
  /** When it is to ask again; null where it is not expected: it was given all, has no room, or is late. */
  readonly asksAt: number | null;
  /** If it has not asked by then, the process has ended. */
  readonly goneAt: number;
  /** Calls that wait so long that they wait in their runs, which sleep until then. May outlast the process. */
  readonly asleep: Readonly<Record<string, { readonly calls: number; readonly until: number }>>;
}

/** The last request of each process. */
export type RequestLog = Record<string, { readonly sequence: number; readonly at: number }>;

/** 429s in a row: how many, when the first of them came, and when the last of all did; null where none has. */
export interface Throttling {
  readonly inRow: number;
  readonly since: number | null;
  readonly at: number | null;
}

/** Whether the API answers at all. Replaced by the functions of `circuit-breaker.ts`, never changed in place. */
export type CircuitBreaker = ClosedCircuit | OpenCircuit;

interface ClosedCircuit {
  /** Calls in a row that have failed. */
  readonly failures: number;
  readonly probe: null;
}

export interface OpenCircuit {
  readonly failures: number;
  /** When the next probe may be sent, and how long that was to wait for. */
  readonly probe: { readonly at: number; readonly waitMs: number };
  readonly since: number;
  /** How long of that a probe was due and not sent, because there was no quota or, for long, no process to send it. */
  readonly heldMs: number;
  /** Until when a 503's Retry-After asks for no call; null where none has. */
  readonly backOffUntil: number | null;
}

/** Half-open: this process has the only permit. Until when its outcome is waited for. */
export interface Trial {
  readonly process: string;
  readonly until: number;
}
