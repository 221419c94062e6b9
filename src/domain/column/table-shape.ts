import type { Column } from './column.ts';

/** The table a run fills: what must be there before the first chunk is committed. */
export interface TableShape {
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  /** The column that bears a row's day, where the report has one. */
  readonly dayColumn: string | null;
}
