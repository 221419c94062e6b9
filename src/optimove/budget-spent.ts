import type { Granted } from '#domain/budget/reservation';
import { BudgetSpentError } from '#domain/errors';
import type { WaitOn } from '#domain/run/waits';

/** What keeps the next call from being sent; `silence` where the budget itself does not answer, `signIn` where there is no token. */
export type HeldBy = Granted['heldBy'] | 'silence' | 'signIn';

/** How an outage stands who throws this does not know. */
const waits: Readonly<Record<NonNullable<HeldBy> | 'windows', WaitOn>> = {
  outage: { on: 'quota' },
  throttle: { on: 'throttle' },
  signIn: { on: 'sign-in' },
  silence: { on: 'budget' },
  windows: { on: 'quota' },
};

/** Sends a call away that would have to wait for `waitMs`, and says why. */
export function budgetSpent(waitMs: number, heldBy: HeldBy): BudgetSpentError {
  const seconds = Math.ceil(waitMs / 1000);
  const reasons = {
    outage: 'Optimove has not answered for a while and is tried again',
    throttle: 'Optimove has answered 429 (too many requests) and is called again',
    signIn: 'Optimove has answered the sign-in with 429 (too many requests), and it is sent again',
    silence: 'The call budget does not answer (no worker, or Temporal is away) and is asked again',
    windows: 'The call budget is used up; the next call may be sent',
  };
  return new BudgetSpentError(`${reasons[heldBy ?? 'windows']} in ${seconds} s.`, {
    waitMs: Math.ceil(waitMs),
    wait: waits[heldBy ?? 'windows'],
    facts: { waitMs, heldBy },
  });
}
