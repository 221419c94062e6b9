import { afterFailure, noOutage } from './outage.ts';
import type { CallNews } from './reservation.ts';
import { bookStrangers, pauseUntil, useOfWindows } from './rolling-windows.ts';
import type { SharedBudget } from './shared-budget.ts';
import { afterAnswer, afterThrottle } from './throttle.ts';
import { shortestMs } from './window.ts';

/** Takes in what a process has learned from the answers to its calls. */
export function learn(budget: SharedBudget, news: CallNews, now: number): void {
  if (news.probe !== null) budget.probingUntil = null;
  if (news.answered) {
    budget.outage = noOutage;
    budget.probingUntil = null;
  }
  for (let failed = 0; failed < news.failed; failed += 1) {
    budget.outage = afterFailure(budget.outage, now, news.probe === 'failed');
  }
  for (const { sentAgoMs, retryAfterMs } of news.throttled)
    throttle(budget, now - sentAgoMs, retryAfterMs, now);
  // What was answered may have been sent before a 429: only calls sent after the last one end a row of them.
  if (news.answered && news.throttled.length === 0)
    budget.throttle = afterAnswer(budget.throttle, now - shortestMs(budget.configured));
}

/**
 * A 429 says that a window is full. Where Retry-After does not say for how long, what we did not send of it is booked
 * as a stranger's: in the shortest window, and on each further 429 in a row in the next longer one. Such calls expire
 * like ours.
 */
function throttle(budget: SharedBudget, sentAt: number, retryAfterMs: number | null, now: number): void {
  const before = budget.throttle.inRow;
  budget.throttle = afterThrottle(budget.throttle, {
    sentAt,
    now,
    retryAfterMs: undefined,
    shortestWindowMs: 0,
  }).state;
  // Told when to go on, there is nothing to work out.
  if (retryAfterMs !== null) {
    pauseUntil(budget.windows, now + retryAfterMs);
    return;
  }
  const { inRow } = budget.throttle;
  if (inRow === before) return;
  const byLength = budget.windows.windows
    .map(({ perMs }, index) => ({ perMs, index }))
    .sort((a, b) => a.perMs - b.perMs);
  const full = byLength[Math.min(inRow, byLength.length) - 1];
  if (!full) return;
  const free = useOfWindows(budget.windows, now)[full.index]?.free ?? 0;
  bookStrangers(budget.windows, full.index, free, now);
}
