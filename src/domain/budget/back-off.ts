import { throttledUntil } from './budget-report.ts';
import { probeAtOnce, probeWithin } from './outage.ts';
import { strangersAt } from './rolling-windows.ts';
import type { SharedBudget } from './shared-budget.ts';
import { noThrottleRow } from './shared-budget.ts';
import type { BudgetWindow } from './window.ts';

const hourMs = 3_600_000;

/**
 * For how long a connection keeps to a Retry-After at most, before one call tries: every window has passed by then, and
 * whoever asks for more (milliseconds taken for seconds, a date next year) is asked whether he means it.
 */
export function longestBackOffMs(windows: readonly BudgetWindow[]): number {
  return Math.max(hourMs, ...windows.map(({ perMs }) => perMs));
}

/** Shortens a wait that the API has asked for to what is kept to, however it came to be longer. */
export function boundBackOff(budget: SharedBudget, now: number): void {
  const latest = now + longestBackOffMs(budget.configured);
  const { windows } = budget;
  if (windows.pausedUntil !== null) windows.pausedUntil = Math.min(windows.pausedUntil, latest);
  budget.outage = probeWithin(budget.outage, latest);
}

/** What the runs of a connection hear of that: those that wait for its quota ask again at once. */
export interface WaitLifted {
  readonly connection: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What a person is told who has ended a connection's wait by hand. */
export interface BudgetLift {
  readonly connection: string;
  /** False where the API held nothing back. */
  readonly lifted: boolean;
  /** Until when it would have waited, ISO 8601; null where that was not known, or it did not wait. */
  readonly throttledUntil: string | null;
  readonly message: string;
}

/**
 * Ends by hand what the API has asked for: the pause, and the calls booked as a stranger's because of its 429s. Our own
 * calls stay booked. In an outage the next probe goes at once.
 */
export function liftBackOff(budget: SharedBudget, connection: string, now: number): BudgetLift {
  const until = throttledUntil(budget, now);
  const { windows } = budget.windows;
  const isThrottled =
    until !== null ||
    budget.throttle.inRow > 0 ||
    windows.some(({ strangers }) => strangersAt(strangers, now).calls > 0);
  const isAway = budget.outage.probe !== null;
  if (!isThrottled && !isAway) {
    const message = `Connection ${connection} is not throttled: there is nothing to lift. Runs that wait for it ask again now.`;
    return { connection, lifted: false, throttledUntil: null, message };
  }
  budget.windows.pausedUntil = null;
  for (const window of windows) window.strangers = null;
  // What was sent before belongs to the 429s that are over.
  budget.throttle = { ...noThrottleRow, at: now };
  budget.outage = probeAtOnce(budget.outage, now);
  budget.trial = null;
  const waited = until === null ? null : new Date(until).toISOString();
  const what = isAway
    ? 'Optimove has not answered, and the next call tries at once'
    : 'calls go on at once, within the windows';
  const message = `Connection ${connection}: ${what}${waited ? `, not only at ${waited}` : ''}.`;
  return { connection, lifted: true, throttledUntil: waited, message };
}
