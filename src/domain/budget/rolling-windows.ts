import { firstAfter, insertInOrder, removeOne } from './ascending.ts';
import { type BudgetWindow, callsOfShare } from './window.ts';
import type { WindowUse } from './window-use.ts';

/**
 * What has been sent in each window of a budget, and what is booked to be sent. Plain data, so that it can travel as
 * JSON; changed in place by the functions below. All instants are milliseconds on one clock of the caller's that never
 * goes back.
 *
 * A window at the instant t is the interval (t − per, t]: a call at exactly t − per is out of it.
 */
export interface RollingWindows {
  readonly windows: readonly WindowState[];
  /** No call before this instant, whatever the windows say; null where nobody has asked for a pause. */
  pausedUntil: number | null;
}

/**
 * One window's newest calls, ascending, twice `calls` of them at most: an older one can't hold the next call back,
 * even where all that are booked ahead are withdrawn.
 */
export interface WindowState extends BudgetWindow {
  readonly instants: number[];
  /** What somebody else sends, as far as is known. */
  strangers: Strangers | null;
}

/** So many calls of the window are not ours until then; after that they come back, first one, then more and more. */
export interface Strangers {
  readonly calls: number;
  readonly until: number;
  readonly stepMs: number;
}

/** Windows in which nothing has been sent. */
export function createRollingWindows(windows: readonly BudgetWindow[]): RollingWindows {
  return {
    windows: windows.map(({ calls, perMs }) => ({ calls, perMs, instants: [], strangers: null })),
    pausedUntil: null,
  };
}

/**
 * The same past under other windows. Each knows what the old one of as many calls knew, else as far back as any of
 * the old ones remembers.
 */
export function underOtherWindows(state: RollingWindows, windows: readonly BudgetWindow[]): RollingWindows {
  const [remembers] = state.windows.toSorted((a, b) => b.instants.length - a.instants.length);
  return {
    windows: windows.map(({ calls, perMs }) => {
      const same = state.windows.find((window) => window.calls === calls);
      const { instants = [], strangers = null } = same ?? remembers ?? {};
      return { calls, perMs, instants: instants.slice(-capacityOf({ calls })), strangers };
    }),
    pausedUntil: state.pausedUntil,
  };
}

/**
 * When the next call may be sent at the earliest: `now`, or as soon after it as every window has room, those that end
 * later and hold booked calls included. `share` is the part of each window's calls that it may fill (rounded down, at
 * least one call).
 */
export function nextAt(state: RollingWindows, now: number, share = 1): number {
  let at = Math.max(now, state.pausedUntil ?? now);
  for (;;) {
    let later = at;
    for (const window of state.windows) later = earliestBeside(window, later, callsOfShare(window, share));
    if (later === at) return at;
    at = later;
  }
}

/** To try things in. */
export function copyOfWindows({ windows, pausedUntil }: RollingWindows): RollingWindows {
  return {
    windows: windows.map((window) => ({ ...window, instants: window.instants.slice() })),
    pausedUntil,
  };
}

/** A call is sent at `at`, and counts in every window. */
export function recordCall(state: RollingWindows, at: number): void {
  for (const window of state.windows) add(window, at);
}

/** The same in a copy in which calls are planned: it forgets none, for what is planned may lie far ahead of the next call. */
export function planCall(plan: RollingWindows, at: number): void {
  for (const { instants } of plan.windows) insertInOrder(instants, at);
}

/** A call that was recorded for `at` is not sent after all. */
export function withdrawCall(state: RollingWindows, at: number): void {
  for (const { instants } of state.windows) removeOne(instants, at);
}

/**
 * Leaves room in the window of that index for what somebody else sends; what was left before is forgotten. Only a 429
 * tells of it: it says that a window is full although there was room in it.
 */
export function bookStrangers(state: RollingWindows, index: number, strangers: Strangers): void {
  const window = state.windows[index];
  if (window === undefined) throw new RangeError(`no window ${index}: there are ${state.windows.length}`);
  window.strangers = strangers;
}

/** No call before `at`. A pause is never shortened. */
export function pauseUntil(state: RollingWindows, at: number): void {
  state.pausedUntil = Math.max(at, state.pausedUntil ?? at);
}

/** Each window at `now`. Calls that are recorded for later count as used. */
export function useOfWindows(state: RollingWindows, now: number): WindowUse[] {
  return state.windows.map(({ calls, perMs, instants, strangers }) => {
    const own = instants.length - firstInside(instants, perMs, now);
    const used = Math.min(calls, own + strangersAt(strangers, now).calls);
    return { calls, perSeconds: perMs / 1000, used, free: calls - used };
  });
}

/** How many calls of our own a window holds at an instant. */
export function ownCallsAt({ instants, perMs }: WindowState, at: number): number {
  return firstAfter(instants, at) - firstInside(instants, perMs, at);
}

/** How many calls are left to strangers at an instant, and when they will be fewer. */
export function strangersAt(
  strangers: Strangers | null,
  at: number,
): { readonly calls: number; readonly until: number } {
  if (strangers === null) return { calls: 0, until: Number.POSITIVE_INFINITY };
  const { calls, until, stepMs } = strangers;
  if (at < until) return { calls, until };
  const whole = Math.floor((at - until) / stepMs) + 1;
  // Where a step is no whole number, the quotient may be rounded to below the step that `at` is the beginning of.
  const steps = until + whole * stepMs > at ? whole : whole + 1;
  const left = Math.max(0, calls - (2 ** steps - 1));
  return { calls: left, until: left === 0 ? Number.POSITIVE_INFINITY : until + steps * stepMs };
}

/** The first instant from `from` on at which a window has room for one more call beside what is left to strangers. */
function earliestBeside(window: WindowState, from: number, most: number): number {
  let at = from;
  for (;;) {
    const strangers = strangersAt(window.strangers, at);
    const earliest =
      most > strangers.calls ? earliestIn(window, at, most - strangers.calls) : Number.POSITIVE_INFINITY;
    if (earliest <= strangers.until) return earliest;
    at = strangers.until;
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

function add({ instants, calls }: WindowState, at: number): void {
  insertInOrder(instants, at);
  if (instants.length > capacityOf({ calls })) instants.shift();
}

const capacityOf = ({ calls }: Pick<BudgetWindow, 'calls'>): number => 2 * calls;
