import { longestBackOffMs } from './back-off.ts';
import type { CallBudget } from './budget-state.ts';
import { closedCircuit, recordFailure } from './circuit-breaker.ts';
import { recordThrottling } from './external-usage.ts';
import type { Reservation } from './reservation.ts';

/** Applies the outcomes of a process's calls: to the circuit breaker, the 429s in a row, and the external usage. */
export function applyOutcomes(budget: CallBudget, { process, news }: Reservation, now: number): void {
  const isTrialOver = news.probe !== null && budget.trial?.process === process;
  if (isTrialOver) budget.trial = null;
  if (news.answered && budget.outage.probe) budget.trial = null;
  if (news.answered) budget.outage = closedCircuit;
  for (let failed = 0; failed < news.failed; failed += 1) {
    // The probe is one of them, and so is the one with Retry-After.
    const isFirst = failed === 0;
    const retryAfterMs = isFirst ? limitRetryAfter(budget, news.unavailableForMs ?? null) : null;
    budget.outage = recordFailure(budget.outage, now, isFirst && news.probe === 'failed', retryAfterMs);
  }
  const isTrialAnswered = isTrialOver && news.probe === 'answered';
  if (news.throttled.length > 0) {
    const refusals = news.throttled.map(({ sentAgoMs, retryAfterMs }) => ({
      sentAt: now - sentAgoMs,
      retryAfterMs: limitRetryAfter(budget, retryAfterMs),
    }));
    recordThrottling(budget, refusals, isTrialAnswered, now);
  } else if (isTrialAnswered) {
    // Other calls may have been under way when the 429 came; the trial was sent after it.
    budget.throttle = { ...budget.throttle, inRow: 0, since: null };
  }
}

const limitRetryAfter = ({ configured }: CallBudget, retryAfterMs: number | null): number | null =>
  retryAfterMs === null || retryAfterMs <= 0 ? null : Math.min(retryAfterMs, longestBackOffMs(configured));
