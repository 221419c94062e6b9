import { boundBackOff } from './back-off.ts';
import { grantCalls } from './grant-calls.ts';
import { hearOf } from './heard-processes.ts';
import { learn } from './learn.ts';
import type { Granted, Reservation } from './reservation.ts';
import { withdrawCall } from './rolling-windows.ts';
import { forgetRuns, takeBack } from './run-accounts.ts';
import { configure, type SharedBudget } from './shared-budget.ts';
import { forgetLateOnes } from './waiting-processes.ts';

/**
 * Answers a process at once: with permits for those of its calls whose time is near, and with when to ask again for
 * the others. Takes in first what it has learned and gives back.
 */
export function reserve(budget: SharedBudget, request: Reservation, now: number): Granted {
  configure(budget, request.windows, now);
  boundBackOff(budget, now);
  // A permit that is given back twice would free what somebody else has.
  if (hearOf(budget.heard, request, now)) {
    for (const { run, at } of request.returned) {
      withdrawCall(budget.windows, at);
      takeBack(budget.accounts, run);
    }
    learn(budget, request, now);
  }
  forgetRuns(budget.accounts, now - Math.max(...budget.windows.windows.map(({ perMs }) => perMs)));
  forgetLateOnes(budget.waiting, now);
  return grantCalls(budget, request, now);
}
