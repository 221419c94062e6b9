/** Leaves the budget time for the other processes that ask it. */
export interface BudgetQueue {
  /** How many milliseconds a process is to wait from now on before it asks again. */
  restMs(now: number): number;
  answered(answer: { readonly processes: number; readonly sentAt: number; readonly cameAt: number }): void;
  /** The request was turned down, or lost. */
  unheard(now: number): void;
}

/**
 * Temporal has ten updates of a workflow under way at most. It turns more down, and with that, it drops the task in which
 * the ten are being worked on: with more than ten processes that ask whenever they like, hardly anybody is answered.
 */
const [updatesAtOnce, aimedAt] = [10, 5];
/** As if so many asked, where a request was turned down. */
const manyProcesses = 2 * updatesAtOnce;
const [longestRestMs, longestRestUnheardMs] = [3_000, 2_000];

/** `random` gives a number from 0 up to 1. */
export function createBudgetQueue(random: () => number = Math.random): BudgetQueue {
  let crowd = 1;
  let restsUntil = Number.NEGATIVE_INFINITY;
  return {
    restMs: (now) => Math.max(0, restsUntil - now),
    answered({ processes, sentAt, cameAt }) {
      // One that was terminated and began anew knows few of them yet.
      crowd = Math.max(processes, crowd * 0.9);
      if (crowd < updatesAtOnce) return;
      const restMs = Math.min(longestRestMs, (cameAt - sentAt) * (crowd / aimedAt - 1));
      restsUntil = cameAt + restMs * (0.5 + random());
    },
    unheard(now) {
      crowd = Math.max(crowd, manyProcesses);
      restsUntil = now + longestRestUnheardMs * random();
    },
  };
}
