import type { TableColumn } from '../tables/table-column.ts';

/** What to insert, and into what. */
export interface InsertJob {
  readonly staging: string;
  readonly table: string;
  readonly river: string;
  readonly runId: string;
  /** The chunk's key, as it is staged. */
  readonly chunk: string;
  /** What `_chunk` says; null for a chunk without days. */
  readonly chunkColumn: string | null;
  readonly slices: readonly string[];
  readonly loadedAt: string;
  /** The table's column for a name in a page; undefined for one that is left out. */
  columnFor(name: string): TableColumn | undefined;
}

/** How many rows were inserted. */
export interface Inserted {
  readonly bySlice: ReadonlyMap<string, number>;
}
