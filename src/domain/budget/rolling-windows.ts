import type { CallBudget, ExternalUsage, RollingWindows, WindowState } from './budget-state.ts';
import { clockMs, roomForPermits } from './reservation.ts';
import { type BudgetWindow, callsInShare, lengthenWindows, longestMs, type WindowUse } from './window.ts';

/** Windows in which nothing has been sent. */
export function createRollingWindows(windows: readonly BudgetWindow[]): RollingWindows {
  return {
    windows: windows.map(({ calls, perMs }) => ({ calls, perMs, instants: [], external: null })),
    backOffUntil: null,
  };
}

/**
 * The same past under other windows. Each knows what the old one of as many calls knew, else as far back as any of
 * the old ones remembers.
 */
export function replaceWindows(state: RollingWindows, windows: readonly BudgetWindow[]): RollingWindows {
  const [remembers] = state.windows.toSorted((a, b) => b.instants.length - a.instants.length);
  return {
    windows: windows.map(({ calls, perMs }) => {
      const same = state.windows.find((window) => window.calls === calls);
      const { instants = [], external = null } = same ?? remembers ?? {};
      return { calls, perMs, instants: instants.slice(-readCapacity({ calls })), external };
    }),
    backOffUntil: state.backOffUntil,
  };
}

/**
 * Follows a change of the configuration. Processes read it at different times, and calls were booked under the old
 * windows: for the length of the longest one old and new hold together, so the tighter of them does.
 */
export function configureWindows(budget: CallBudget, windows: readonly BudgetWindow[], now: number): void {
  const { configured, settling } = budget;
  if (settling.length === 0 && areSame(configured, windows)) return;
  const removed = configured.filter((window) => !includes(windows, window));
  const until = now + longestMs([...windowsInForce(budget), ...windows]);
  budget.configured = windows;
  budget.settling = [
    ...settling.filter((old) => old.until > now && !includes([...windows, ...removed], old.window)),
    ...removed.map((window) => ({ window, until })),
  ];
  const kept = keptWindows(budget);
  if (!areSame(budget.windows.windows, kept)) budget.windows = replaceWindows(budget.windows, kept);
}

/** The windows that hold, those configured first, and each as long as the budget keeps it. */
export const keptWindows = (budget: InForce): BudgetWindow[] =>
  lengthenWindows(windowsInForce(budget), roomForPermits(budget.configured) + clockMs);

type InForce = Pick<CallBudget, 'configured' | 'settling'>;

const windowsInForce = ({ configured, settling }: InForce): BudgetWindow[] => [
  ...configured,
  ...settling.map(({ window }) => window),
];

const isSame = (one: BudgetWindow, other: BudgetWindow | undefined): boolean =>
  one.calls === other?.calls && one.perMs === other.perMs;

const includes = (windows: readonly BudgetWindow[], one: BudgetWindow): boolean =>
  windows.some((window) => isSame(window, one));

const areSame = (some: readonly BudgetWindow[], others: readonly BudgetWindow[]): boolean =>
  some.length === others.length && some.every((window, at) => isSame(window, others[at]));

/** A copy to plan calls in. */
export function copyWindows({ windows, backOffUntil }: RollingWindows): RollingWindows {
  return {
    windows: windows.map((window) => ({ ...window, instants: window.instants.slice() })),
    backOffUntil,
  };
}

/**
 * When the next call may be sent at the earliest: `now`, or as soon after it as every window has room, those that end
 * later and hold booked calls included. `share` is the part of each window's calls that it may fill (rounded down, at
 * least one call).
 */
export function nextAt(state: RollingWindows, now: number, share = 1): number {
  let at = Math.max(now, state.backOffUntil ?? now);
  for (;;) {
    let later = at;
    for (const window of state.windows) later = earliestWithRoom(window, later, callsInShare(window, share));
    if (later === at) return at;
    at = later;
  }
}

/** A call is sent at `at`, and counts in every window. */
export function recordCall(state: RollingWindows, at: number): void {
  for (const { instants, calls } of state.windows) {
    insertInOrder(instants, at);
    if (instants.length > readCapacity({ calls })) instants.shift();
  }
}

/** The same in a copy in which calls are planned: it forgets none, for what is planned may lie far ahead of the next call. */
export function planCall(plan: RollingWindows, at: number): void {
  for (const { instants } of plan.windows) insertInOrder(instants, at);
}

/** A call that was recorded for `at` is not sent after all. */
export function withdrawCall(state: RollingWindows, at: number): void {
  for (const { instants } of state.windows) removeOne(instants, at);
}

/** No call before `at`. A back-off is never shortened here. */
export function setBackOff(state: RollingWindows, at: number): void {
  state.backOffUntil = Math.max(at, state.backOffUntil ?? at);
}

/**
 * Leaves room in the window of that index for what others send; what was left before is forgotten. Only a 429 tells of
 * it: it says that a window is full although we know of room in it.
 */
export function bookExternalUsage(state: RollingWindows, index: number, usage: ExternalUsage): void {
  const window = state.windows[index];
  if (window === undefined) throw new RangeError(`no window ${index}: there are ${state.windows.length}`);
  window.external = usage;
}

/** How many calls are left to others at an instant, and when they will be fewer. */
export function externalCallsAt(
  usage: ExternalUsage | null,
  at: number,
): { readonly calls: number; readonly until: number } {
  if (usage === null) return { calls: 0, until: Number.POSITIVE_INFINITY };
  const { calls, until, stepMs } = usage;
  if (at < until) return { calls, until };
  const whole = Math.floor((at - until) / stepMs) + 1;
  // Where a step is no whole number, the quotient may be rounded to below the step that `at` is the beginning of.
  const steps = until + whole * stepMs > at ? whole : whole + 1;
  const left = Math.max(0, calls - (2 ** steps - 1));
  return { calls: left, until: left === 0 ? Number.POSITIVE_INFINITY : until + steps * stepMs };
}

/** How many calls of our own a window holds at an instant. */
export function ownCallsAt({ instants, perMs }: WindowState, at: number): number {
  return firstAfter(instants, at) - firstInside(instants, perMs, at);
}

/** Each window at `now`. Calls that are recorded for later count as used. */
export function measureUse(state: RollingWindows, now: number): WindowUse[] {
  return state.windows.map(({ calls, perMs, instants, external }) => {
    const own = instants.length - firstInside(instants, perMs, now);
    const used = Math.min(calls, own + externalCallsAt(external, now).calls);
    return { calls, perSeconds: perMs / 1000, used, free: calls - used };
  });
}

/** The first instant from `from` on at which a window has room for one more call beside what is left to others. */
function earliestWithRoom(window: WindowState, from: number, most: number): number {
  let at = from;
  for (;;) {
    const external = externalCallsAt(window.external, at);
    const earliest =
      most > external.calls ? earliestIn(window, at, most - external.calls) : Number.POSITIVE_INFINITY;
    if (earliest <= external.until) return earliest;
    at = external.until;
  }
}

/**
 * From `from` on, the first instant at which one more call leaves no interval of the window's length with more than
 * `most` calls. It would be one too many where `most` calls lie within one length together with it: after the first
 * of them has left, it is not. Looks at those calls in turn, from the first that is still inside.
 */
function earliestIn({ instants, perMs }: WindowState, from: number, most: number): number {
  let at = from;
  for (let place = firstInside(instants, perMs, at); ; place += 1) {
    const first = instants[place];
    const last = instants[place + most - 1];
    if (first === undefined || last === undefined) return at;
    if (last < Math.min(first, at) + perMs) at = Math.max(at, first + perMs);
    else if (first > at) return at;
  }
}

/** The first call that is not out of a window which ends at `at`. The same sum as above, so that both round alike. */
const firstInside = (instants: readonly number[], perMs: number, at: number): number =>
  firstAfter(instants, at, perMs);

const readCapacity = ({ calls }: Pick<BudgetWindow, 'calls'>): number => 2 * calls;

/** In an ascending list: the first place whose value, plus `plus`, is above a limit; the list's length where there is none. */
export function firstAfter(ascending: readonly number[], limit: number, plus = 0): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) + plus <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a value where it belongs; after its equals. */
export function insertInOrder(ascending: number[], value: number): void {
  // Mostly it is the last: then nothing has to be moved, nor looked for.
  if (ascending.length === 0 || (ascending.at(-1) ?? 0) <= value) ascending.push(value);
  else ascending.splice(firstAfter(ascending, value), 0, value);
}

/** Takes out one that is exactly the value; nothing where there is none. */
export function removeOne(ascending: number[], value: number): void {
  const place = firstAfter(ascending, value) - 1;
  if (ascending[place] === value) ascending.splice(place, 1);
}
