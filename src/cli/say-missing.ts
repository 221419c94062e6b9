import type { MissingWarehouse } from '#control/manifests';
import type { Terminal } from './terminal.ts';

/** Which warehouses are missing from an answer, and why. */
export function sayMissing(terminal: Terminal, missing: readonly MissingWarehouse[]): void {
  for (const { warehouse, why } of missing)
    terminal.say(`What the warehouse ${warehouse} knows is missing here. ${why.message}`);
}
