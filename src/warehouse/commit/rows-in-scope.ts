import type { Day } from '#domain/period/day';

/** A river's rows in a table: all of them, or those of some days. */
export interface RowsInScope {
  readonly table: string;
  readonly river: string;
  readonly days: { readonly column: string; readonly first: Day; readonly last: Day } | null;
}
