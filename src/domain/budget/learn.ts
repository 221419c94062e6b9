import { longestBackOffMs } from './back-off.ts';
import { afterFailure, noOutage } from './outage.ts';
import type { Reservation } from './reservation.ts';
import type { SharedBudget } from './shared-budget.ts';
import { throttle } from './throttle-windows.ts';

/** Takes in what a process has learned from the answers to its calls. */
export function learn(budget: SharedBudget, { process, news }: Reservation, now: number): void {
  const isTrialOver = news.probe !== null && budget.trial?.process === process;
  if (isTrialOver) budget.trial = null;
  if (news.answered && budget.outage.probe) budget.trial = null;
  if (news.answered) budget.outage = noOutage;
  for (let failed = 0; failed < news.failed; failed += 1) {
    // The probe is one of them, and so is the one that bore Retry-After.
    const isFirst = failed === 0;
    const retryAfterMs = isFirst ? boundedMs(budget, news.unavailableForMs ?? null) : null;
    budget.outage = afterFailure(budget.outage, now, isFirst && news.probe === 'failed', retryAfterMs);
  }
  const isTrialAnswered = isTrialOver && news.probe === 'answered';
  if (news.throttled.length > 0) {
    const refusals = news.throttled.map(({ sentAgoMs, retryAfterMs }) => ({
      sentAt: now - sentAgoMs,
      retryAfterMs: boundedMs(budget, retryAfterMs),
    }));
    throttle(budget, refusals, isTrialAnswered, now);
  } else if (isTrialAnswered) {
    // Other calls may have been under way when the 429 came; the trial was sent after it.
    budget.throttle = { ...budget.throttle, inRow: 0, since: null };
  }
}

const boundedMs = ({ configured }: SharedBudget, retryAfterMs: number | null): number | null =>
  retryAfterMs === null || retryAfterMs <= 0 ? null : Math.min(retryAfterMs, longestBackOffMs(configured));
