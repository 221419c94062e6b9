import type { Reservation } from './reservation.ts';

/** The last request heard of each process. Plain data, changed in place; instants on the budget's clock. */
export type HeardProcesses = Record<string, { readonly sequence: number; readonly at: number }>;

/** A request comes again within seconds, or not at all. */
const forgottenAfterMs = 3_600_000;

/**
 * Whether a request is heard for the first time. On its way it may be repeated, and each copy asks: what it tells and
 * gives back counts once. A process of an earlier version numbers nothing, and is believed.
 */
export function hearOf(heard: HeardProcesses, { process, sequence }: Reservation, now: number): boolean {
  for (const [other, { at }] of Object.entries(heard)) {
    if (at + forgottenAfterMs < now) delete heard[other];
  }
  if (sequence === undefined) return true;
  if (sequence <= (heard[process]?.sequence ?? Number.NEGATIVE_INFINITY)) return false;
  heard[process] = { sequence, at: now };
  return true;
}
