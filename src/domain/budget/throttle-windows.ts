import {
  bookStrangers,
  ownCallsAt,
  pauseUntil,
  type RollingWindows,
  strangersAt,
  type WindowState,
} from './rolling-windows.ts';
import type { SharedBudget } from './shared-budget.ts';

const longestPauseMs = 120_000;

/** A 429: when its call was sent, and Retry-After where it was given. */
export interface Refusal {
  readonly sentAt: number;
  readonly retryAfterMs: number | null;
}

/**
 * 429s have come, which say that a window is full although there was room in it: the calls that we did not send are a
 * stranger's. Until a call is answered otherwise, calls go out one at a time; when such a trial is refused as well, the
 * next one waits, longer each time.
 */
export function throttle(
  budget: SharedBudget,
  refusals: readonly Refusal[],
  isTrialRefused: boolean,
  now: number,
): void {
  for (const { retryAfterMs } of refusals) {
    if (retryAfterMs !== null) pauseUntil(budget.windows, now + retryAfterMs);
  }
  const { inRow, since, at } = budget.throttle;
  // What was permitted before the last 429 came belongs to that one.
  const latest = Math.max(...refusals.map(({ sentAt }) => sentAt));
  if (inRow > 0 ? !isTrialRefused : latest <= (at ?? Number.NEGATIVE_INFINITY)) return;
  budget.throttle = { inRow: inRow + 1, since: since ?? now, at: now };
  if (inRow > 0) {
    const shortest = Math.min(...budget.windows.windows.map(({ perMs }) => perMs));
    pauseUntil(budget.windows, now + Math.min(longestPauseMs, shortest * 2 ** (inRow - 1)));
  }
  bookFullWindows(budget.windows, latest, since ?? now, now);
}

/**
 * Which window is full a 429 does not say. The shortest, as far as we know; a longer one, if the shorter ones could
 * have become free since the first 429 of the row, or if it was nearly full by what is known and they were not.
 */
function bookFullWindows(state: RollingWindows, sentAt: number, since: number, now: number): void {
  const byLength = [...state.windows.entries()].sort(([, a], [, b]) => a.perMs - b.perMs);
  const shortest = byLength[0]?.[1];
  if (!shortest) return;
  const full = byLength.filter(([, window], place) => {
    const shorter = byLength[place - 1]?.[1];
    if (!shorter) return false;
    const isNearlyFull = window.strangers !== null && freeAt(window, sentAt) <= shortest.calls;
    return sentAt - since >= shorter.perMs || (isNearlyFull && freeAt(shorter, sentAt) > shorter.calls / 2);
  });
  for (const [index, window] of full.length > 0 ? full : byLength.slice(0, 1)) {
    const calls = Math.max(0, window.calls - ownCallsAt(window, sentAt));
    const [, second = window] = byLength.map(([, each]) => each);
    // Not to use a small part of the shortest costs little, and to ask for it again and again is refused.
    const heldFor = window !== shortest ? window : calls <= window.calls / 5 ? second : undefined;
    const holdMs = Math.max(shortest.perMs, (heldFor?.perMs ?? 0) / 4);
    bookStrangers(state, index, { calls, until: now + holdMs, stepMs: shortest.perMs });
  }
}

const freeAt = (window: WindowState, at: number): number =>
  window.calls - ownCallsAt(window, at) - strangersAt(window.strangers, at).calls;
