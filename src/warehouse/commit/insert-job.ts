import type { Extra } from '#domain/column/fit-rows';
import type { FieldKind, TableColumn } from '#domain/column/table-type';

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
  /** The columns that a page's rows fill; what has no column is left out. */
  filledBy(page: { readonly columns: readonly string[]; readonly extras: readonly Extra[] }): Filled[];
}

/** A column that a page's rows fill. */
export interface Filled {
  readonly column: TableColumn;
  /** The place of its value in a row. */
  readonly place: number;
  /** The value is a text of this kind that is still to be read; undefined where it was fitted to the column. */
  readonly asText: FieldKind | undefined;
}

/** How many rows were inserted. */
export interface Inserted {
  readonly bySlice: ReadonlyMap<string, number>;
}
