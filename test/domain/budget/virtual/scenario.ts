import { type BudgetWindow, defaultBudget } from '#domain/budget/window';

/** A run: so many calls, made by so many callers at once, from an instant on. */
export interface VirtualRun {
  readonly run: string;
  readonly calls: number;
  readonly callers: number;
  readonly startsAt: number;
  /** Every call of it fails, however often it is made again. */
  readonly alwaysFails?: boolean;
  /** Only these processes, by number, work for it; all of them by default. */
  readonly processes?: readonly number[];
}

export interface Scenario {
  readonly seed: number;
  readonly windows: readonly BudgetWindow[];
  /** Other windows from an instant on, of which each process hears up to 10 s later. */
  readonly windowsLater: { readonly at: number; readonly windows: readonly BudgetWindow[] } | null;
  readonly runs: readonly VirtualRun[];
  readonly processes: number;
  /** Calls in flight at once in a process. */
  readonly lanes: number;
  /** How long a call takes, from and to. */
  readonly callMs: readonly [number, number];
  /** How long an exchange with the budget takes, from and to. */
  readonly updateMs: readonly [number, number];
  /** The part of the exchanges that take up to 3 s instead. */
  readonly slowUpdates: number;
  /** The part of the timers that come up to 300 ms late. */
  readonly lateTimers: number;
  /** A process is stopped this often, on the average, for up to `stallsForMs`. */
  readonly stallsEveryMs: number;
  readonly stallsForMs: number;
  /** A process is killed this often, on the average, and another takes its place. */
  readonly killsEveryMs: number;
  /** The part of the requests that reach the budget once more, up to 3 s later; nobody hears the first answer. */
  readonly repeats: number;
  /** The part of the exchanges before which the budget goes through JSON. */
  readonly restarts: number;
  /** Somebody else who calls with the same key, once in so many milliseconds. */
  readonly stranger: { readonly everyMs: number; readonly from: number; readonly until: number } | null;
  /** When the API answers nobody, and what its 503 says; nothing by default. */
  readonly outage: { readonly from: number; readonly until: number; readonly retryAfterMs?: number } | null;
  /** What a 429 says. */
  readonly retryAfterMs: number | null;
  /** Somebody ends by hand what the API has asked for, this often on the average. */
  readonly liftsEveryMs: number;
  /** A caller that would wait for longer is sent away until then. */
  readonly maxWaitMs: number;
  /** Whether a process gives back what it holds when it hears that the API holds calls back. */
  readonly givesBack: boolean;
  /** No longer than this. */
  readonly until: number;
}

const never = Number.POSITIVE_INFINITY;

/** The real windows, one process, one run; nothing goes wrong. */
export const calmScenario: Scenario = {
  seed: 1,
  windows: defaultBudget,
  windowsLater: null,
  runs: [{ run: 'run', calls: 5_000, callers: 24, startsAt: 0 }],
  processes: 1,
  lanes: 8,
  callMs: [20, 3_000],
  updateMs: [5, 200],
  slowUpdates: 0.01,
  lateTimers: 0.02,
  stallsEveryMs: never,
  stallsForMs: 0,
  killsEveryMs: never,
  repeats: 0,
  restarts: 0.01,
  stranger: null,
  outage: null,
  retryAfterMs: null,
  liftsEveryMs: never,
  maxWaitMs: 10_000,
  givesBack: false,
  until: never,
};

export const rivalRuns = (count: number, calls: number, callers = 24): VirtualRun[] =>
  Array.from({ length: count }, (_, k) => ({ run: `run-${k}`, calls, callers, startsAt: 0 }));
