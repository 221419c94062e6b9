import type { RunAsks } from './reservation.ts';

/** Processes that have been told to ask again. Plain data, changed in place; instants on the budget's clock. */
export type WaitingProcesses = Record<string, WaitingProcess>;

export interface WaitingProcess {
  readonly asks: readonly RunAsks[];
  readonly room: number;
  /** Since when it has been given nothing. */
  readonly since: number;
  /** When it is to ask again. */
  readonly asksAt: number;
}

/** One that is so late has died, or its callers have gone, and it is waited for no longer. */
export const lateMs = 1_000;

/** Forgets those that do not come back. */
export function forgetLateOnes(waiting: WaitingProcesses, now: number): void {
  for (const [process, { asksAt }] of Object.entries(waiting)) {
    if (asksAt + lateMs < now) delete waiting[process];
  }
}
