import type { Missing } from '#control/books';
import type { Terminal } from './terminal.ts';

/** Which warehouses are missing from an answer, and why. */
export function sayMissing(terminal: Terminal, missing: readonly Missing[]): void {
  for (const { warehouse, why } of missing)
    terminal.say(`What the warehouse ${warehouse} knows is missing here. ${why.message}`);
}
