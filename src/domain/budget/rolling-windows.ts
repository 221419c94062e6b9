import { type BudgetWindow, callsOfShare } from './window.ts';
import type { WindowUse } from './window-use.ts';

/**
 * What has been sent in each window of a budget. Plain data, so that it can travel as JSON; changed in place by
 * the functions below. All instants are milliseconds on one clock of the caller's that never goes back.
 *
 * A window at the instant t is the interval (t − per, t]: a call at exactly t − per is out of it.
 */
export interface RollingWindows {
  readonly windows: readonly WindowState[];
  /** No call before this instant, whatever the windows say; null where nobody has asked for a pause. */
  pausedUntil: number | null;
}

/**
 * One window's newest calls, twice `calls` of them at most: an older one can't hold the next call back, even where
 * all that are booked ahead are withdrawn. A ring in ascending order from `oldest` once it is full, and from 0 until
 * then.
 */
interface WindowState extends BudgetWindow {
  readonly instants: number[];
  oldest: number;
}

/** Windows in which nothing has been sent. */
export function createRollingWindows(windows: readonly BudgetWindow[]): RollingWindows {
  return {
    windows: windows.map(({ calls, perMs }) => ({ calls, perMs, instants: [], oldest: 0 })),
    pausedUntil: null,
  };
}

/** The same past under other windows, as far back as any of the old ones remembers it. */
export function underOtherWindows(state: RollingWindows, windows: readonly BudgetWindow[]): RollingWindows {
  const next = createRollingWindows(windows);
  const remembered = state.windows.map(inOrder).toSorted((a, b) => b.length - a.length)[0] ?? [];
  for (const at of remembered) recordCall(next, at);
  return { ...next, pausedUntil: state.pausedUntil };
}

/**
 * When the next call may be sent at the earliest: `now`, or as soon after it as every window has room.
 * `share` is the part of each window's calls that it may fill (rounded down, at least one call).
 */
export function nextAt(state: RollingWindows, now: number, share = 1): number {
  return nextTimes(state, now, 1, share)[0] ?? now;
}

/** When each of the next `count` calls may be sent if all are sent as early as they may; nothing is recorded. */
export function nextTimes(state: RollingWindows, now: number, count: number, share = 1): number[] {
  const planned: number[] = [];
  let earliest = Math.max(now, state.pausedUntil ?? now);
  while (planned.length < count) {
    for (const window of state.windows) {
      const blocking = newest(window, planned, callsOfShare(window, share));
      if (blocking !== undefined) earliest = Math.max(earliest, blocking + window.perMs);
    }
    planned.push(earliest);
  }
  return planned;
}

/** A call is sent at `at`, and counts in every window. */
export function recordCall(state: RollingWindows, at: number): void {
  for (const window of state.windows) add(window, at);
}

/** A call that was recorded for `at` is not sent after all. */
export function withdrawCall(state: RollingWindows, at: number): void {
  for (const window of state.windows) {
    const ordered = inOrder(window);
    const place = ordered.lastIndexOf(at);
    if (place < 0) continue;
    ordered.splice(place, 1);
    renew(window, ordered);
  }
}

/**
 * Books `count` calls that somebody else has sent in the window of that index, as late as `at`; they expire like
 * calls. Only a 429 tells of them: it says that a window is full although there was room in it.
 */
export function bookStrangers(state: RollingWindows, index: number, count: number, at: number): void {
  const window = state.windows[index];
  if (window === undefined) throw new RangeError(`no window ${index}: there are ${state.windows.length}`);
  // More than the window holds change nothing.
  for (let k = Math.min(count, window.calls); k > 0; k -= 1) add(window, at);
}

/** No call before `at`. A pause is never shortened. */
export function pauseUntil(state: RollingWindows, at: number): void {
  state.pausedUntil = Math.max(at, state.pausedUntil ?? at);
}

/** Each window at `now`. Calls that are recorded for later count as used. */
export function useOfWindows(state: RollingWindows, now: number): WindowUse[] {
  return state.windows.map((window) => {
    const used = usedIn(window, now);
    return {
      calls: window.calls,
      perSeconds: window.perMs / 1000,
      used,
      free: Math.max(0, window.calls - used),
    };
  });
}

function usedIn(window: WindowState, now: number): number {
  const { instants, oldest, perMs } = window;
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    // The same sum as in nextTimes, so that both round alike.
    const isOut = instantAt(instants, oldest + middle) + perMs <= now;
    if (isOut) low = middle + 1;
    else high = middle;
  }
  return instants.length - low;
}

/** The instant of the nth newest call, where the planned ones come after the recorded ones; undefined where there are fewer. */
function newest(
  { instants, oldest }: WindowState,
  planned: readonly number[],
  nth: number,
): number | undefined {
  if (nth <= planned.length) return planned[planned.length - nth];
  const place = instants.length - (nth - planned.length);
  return place < 0 ? undefined : instantAt(instants, oldest + place);
}

function add(window: WindowState, at: number): void {
  const { instants, oldest } = window;
  const last = instants.length - 1;
  if (last >= 0 && at < instantAt(instants, oldest + last)) insert(window, at);
  else if (instants.length < capacityOf(window)) instants.push(at);
  else {
    instants[oldest] = at;
    window.oldest = (oldest + 1) % instants.length;
  }
}

const capacityOf = ({ calls }: BudgetWindow): number => 2 * calls;

/** The rare call that is recorded after a later one. */
function insert(window: WindowState, at: number): void {
  const ordered = inOrder(window);
  const place = ordered.findIndex((instant) => instant > at);
  ordered.splice(place, 0, at);
  renew(window, ordered.slice(-capacityOf(window)));
}

function renew(window: WindowState, ordered: readonly number[]): void {
  window.instants.splice(0, window.instants.length, ...ordered);
  window.oldest = 0;
}

function inOrder({ instants, oldest }: WindowState): number[] {
  return [...instants.slice(oldest), ...instants.slice(0, oldest)];
}

function instantAt(instants: readonly number[], place: number): number {
  const instant = instants[place % instants.length];
  if (instant === undefined) throw new RangeError(`no call at place ${place}`);
  return instant;
}
