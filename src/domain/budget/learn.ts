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
    // The probe is one of them.
    budget.outage = afterFailure(budget.outage, now, failed === 0 && news.probe === 'failed');
  }
  const isTrialAnswered = isTrialOver && news.probe === 'answered';
  if (news.throttled.length > 0) {
    const refusals = news.throttled.map(({ sentAgoMs, retryAfterMs }) => ({
      sentAt: now - sentAgoMs,
      retryAfterMs,
    }));
    throttle(budget, refusals, isTrialAnswered, now);
  } else if (isTrialAnswered) {
    // Other calls may have been under way when the 429 came; the trial was sent after it.
    budget.throttle = { ...budget.throttle, inRow: 0, since: null };
  }
}
