import { noOutcomes, type Reservation } from '#domain/budget/reservation';
import { defaultBudget } from '#domain/budget/window';

let sequence = 0;

/** A request that asks for nothing and tells nothing, changed as given; never a repetition of an earlier one. */
export function aReservation(changes: Partial<Reservation> = {}): Reservation {
  sequence += 1;
  return {
    process: 'p',
    sequence,
    windows: defaultBudget,
    asks: [],
    room: 8,
    leadMs: 0,
    callTimeoutMs: 60_000,
    returned: [],
    outcomes: noOutcomes,
    ...changes,
  };
}
