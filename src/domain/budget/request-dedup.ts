import type { RequestLog } from './budget-state.ts';
import type { Reservation } from './reservation.ts';

/** A request is repeated within seconds, or not at all. */
const forgottenAfterMs = 3_600_000;

/**
 * Whether a request arrives for the first time. Temporal's client repeats one whose answer was lost, and each copy asks
 * for permits: but the outcomes and returned permits in it count once. A request without a number is taken as new.
 */
export function isFirstArrival(log: RequestLog, { process, sequence }: Reservation, now: number): boolean {
  for (const [other, { at }] of Object.entries(log)) {
    if (at + forgottenAfterMs < now) delete log[other];
  }
  if (sequence === undefined) return true;
  if (sequence <= (log[process]?.sequence ?? Number.NEGATIVE_INFINITY)) return false;
  log[process] = { sequence, at: now };
  return true;
}
