import type { CallBudget, RollingWindows, Throttling, WindowState } from './budget-state.ts';
import { permitsAheadMs } from './reservation.ts';
import {
  bookExternalUsage,
  copyWindows,
  externalCallsAt,
  ownCallsAt,
  setBackOff,
} from './rolling-windows.ts';
import { shortestMs } from './window.ts';

const longestPauseMs = 120_000;
/** How far ahead a permit may lie while others call with the same credentials. */
const carefulAheadMs = 2_000;

/** No 429 has come. */
export const noThrottling: Throttling = Object.freeze({ inRow: 0, since: null, at: null });

/** A 429: when its call was sent, and Retry-After where it was given. */
export interface Refusal {
  readonly sentAt: number;
  readonly retryAfterMs: number | null;
}

/**
 * 429s have come, which say that a window is full although we know of room in it: others use the same credentials, and
 * the calls that we did not send are theirs. Until a call is answered otherwise, calls go out one at a time, as trials;
 * when a trial is refused as well, the next one waits, longer each time.
 */
export function recordThrottling(
  budget: CallBudget,
  refusals: readonly Refusal[],
  isTrialRefused: boolean,
  now: number,
): void {
  for (const { retryAfterMs } of refusals) {
    if (retryAfterMs !== null) setBackOff(budget.windows, now + retryAfterMs);
  }
  const { inRow, since, at } = budget.throttle;
  // What was permitted before the last 429 came belongs to that one.
  const latest = Math.max(...refusals.map(({ sentAt }) => sentAt));
  if (inRow > 0 ? !isTrialRefused : latest <= (at ?? Number.NEGATIVE_INFINITY)) return;
  budget.throttle = { inRow: inRow + 1, since: since ?? now, at: now };
  if (inRow > 0) {
    const pauseMs = shortestMs(budget.windows.windows) * 2 ** (inRow - 1);
    setBackOff(budget.windows, now + Math.min(longestPauseMs, pauseMs));
  }
  bookFullWindows(budget.windows, latest, since ?? now, now);
}

/**
 * A 429 does not say which window is full. The shortest, as far as we know; a longer one, if the shorter ones could
 * have become free since the first 429 of the row, or if it was nearly full by what is known and they were not.
 */
function bookFullWindows(state: RollingWindows, sentAt: number, since: number, now: number): void {
  const byLength = [...state.windows.entries()].sort(([, a], [, b]) => a.perMs - b.perMs);
  const shortest = byLength[0]?.[1];
  if (!shortest) return;
  const full = byLength.filter(([, window], place) => {
    const shorter = byLength[place - 1]?.[1];
    if (!shorter) return false;
    const isNearlyFull = window.external !== null && countFree(window, sentAt) <= shortest.calls;
    return (
      sentAt - since >= shorter.perMs || (isNearlyFull && countFree(shorter, sentAt) > shorter.calls / 2)
    );
  });
  for (const [index, window] of full.length > 0 ? full : byLength.slice(0, 1)) {
    const calls = Math.max(0, window.calls - ownCallsAt(window, sentAt));
    const [, second = window] = byLength.map(([, each]) => each);
    // Not to use a small part of the shortest costs little, and to ask for it again and again is refused.
    const heldFor = window !== shortest ? window : calls <= window.calls / 5 ? second : undefined;
    const holdMs = Math.max(shortest.perMs, (heldFor?.perMs ?? 0) / 4);
    bookExternalUsage(state, index, { calls, until: now + holdMs, stepMs: shortest.perMs });
  }
}

const countFree = (window: WindowState, at: number): number =>
  window.calls - ownCallsAt(window, at) - externalCallsAt(window.external, at).calls;

/** How far ahead a permit may lie. */
export function permitHorizonMs({ windows, configured }: CallBudget, now: number): number {
  const aheadMs = isUsedExternally(windows, now) ? carefulAheadMs : permitsAheadMs;
  return Math.min(aheadMs, shortestMs(configured));
}

/**
 * A copy of the windows to plan calls in. While others call, a window may be full although we know of room in it, and
 * all calls that are under way by then are refused: so calls are spread, and don't go out all at once.
 */
export function copyForPlanning(windows: RollingWindows, now: number): RollingWindows {
  const plan = copyWindows(windows);
  const [shortest] = plan.windows.toSorted((a, b) => a.perMs - b.perMs);
  if (!shortest || !isUsedExternally(windows, now)) return plan;
  const pace = {
    calls: Math.ceil(shortest.calls / 10),
    perMs: shortest.perMs / 10,
    instants: shortest.instants.slice(),
    external: null,
  };
  return { ...plan, windows: [...plan.windows, pace] };
}

/** For the length of a window after what was left to others is ours again, they may still be there. */
const isUsedExternally = ({ windows }: RollingWindows, now: number): boolean =>
  windows.some(({ external, perMs }) => external !== null && external.until + perMs > now);
