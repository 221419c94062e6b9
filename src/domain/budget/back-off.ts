import type { CallBudget } from './budget-state.ts';
import { limitProbeDelay, probeNow } from './circuit-breaker.ts';
import { wakeRuns } from './demand.ts';
import { noThrottling } from './external-usage.ts';
import { externalCallsAt } from './rolling-windows.ts';
import type { BudgetWindow } from './window.ts';

const hourMs = 3_600_000;

/**
 * The longest Retry-After that a connection obeys; then one call tries. Every window has passed by then, and a longer
 * one is mostly a mistake (milliseconds taken for seconds, a date next year).
 */
export function longestBackOffMs(windows: readonly BudgetWindow[]): number {
  return Math.max(hourMs, ...windows.map(({ perMs }) => perMs));
}

/** Retry-After of a 429 or a 503, as far as it is obeyed; null where it asks for no wait. */
export const limitRetryAfter = ({ configured }: CallBudget, retryAfterMs: number | null): number | null =>
  retryAfterMs === null || retryAfterMs <= 0 ? null : Math.min(retryAfterMs, longestBackOffMs(configured));

/** Shortens a wait that the API has asked for to the longest that is obeyed, wherever it came from. */
export function boundBackOff(budget: CallBudget, now: number): void {
  const latest = now + longestBackOffMs(budget.configured);
  const { windows } = budget;
  if (windows.backOffUntil !== null) windows.backOffUntil = Math.min(windows.backOffUntil, latest);
  budget.circuit = limitProbeDelay(budget.circuit, latest);
}

/** Until when no call may be sent because the API has said so, with 429 or a 503's Retry-After; null where one may. */
export function backOffUntil({ windows, circuit }: CallBudget, now: number): number | null {
  const until = Math.max(windows.backOffUntil ?? now, (circuit.probe && circuit.backOffUntil) ?? now);
  return until > now ? until : null;
}

/** Tells the runs of a connection that its wait was lifted: those that sleep for its quota ask again at once. */
export interface WaitLifted {
  readonly connection: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What a person is told who has lifted a connection's wait. */
export interface BudgetLift {
  readonly connection: string;
  /** False where the API held nothing back. */
  readonly lifted: boolean;
  /** Until when it would have waited, ISO 8601; null where that was not known, or it did not wait. */
  readonly throttledUntil: string | null;
  readonly message: string;
}

/**
 * Ends by hand what the API has asked for: the pause, and the external usage booked because of its 429s. Our own calls
 * stay booked, and sleeping runs count as awake. In an outage the next probe is sent at once.
 */
export function liftBackOff(budget: CallBudget, connection: string, now: number): BudgetLift {
  wakeRuns(budget.waiting, now);
  const until = backOffUntil(budget, now);
  const { windows } = budget.windows;
  const isThrottled =
    until !== null ||
    budget.throttle.inRow > 0 ||
    windows.some(({ external }) => externalCallsAt(external, now).calls > 0);
  const isAway = budget.circuit.probe !== null;
  if (!isThrottled && !isAway) {
    const message = `Connection ${connection} is not throttled: there is nothing to lift. Runs that wait for it ask again now.`;
    return { connection, lifted: false, throttledUntil: null, message };
  }
  budget.windows.backOffUntil = null;
  for (const window of windows) window.external = null;
  // What was sent before belongs to the 429s that are over.
  budget.throttle = { ...noThrottling, at: now };
  budget.circuit = probeNow(budget.circuit, now);
  budget.trial = null;
  const waited = until === null ? null : new Date(until).toISOString();
  const what = isAway
    ? 'Optimove has not answered, and the next call tries at once'
    : 'calls go on at once, within the windows';
  const message = `Connection ${connection}: ${what}${waited ? `, not only at ${waited}` : ''}.`;
  return { connection, lifted: true, throttledUntil: waited, message };
}
