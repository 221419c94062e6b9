import type { Scope } from '#domain/call/scope';

/** A river's rows in a table: all of them, or those of some days. */
export interface RowsInScope {
  readonly table: string;
  readonly river: string;
  readonly days: Scope | null;
}
