import type { TableColumn } from '#domain/column/table-type';
import type { Warning } from '#domain/run/run-result';
import type { CommitRequest } from '#domain/run/staging';
import type { StoredRun } from '#domain/run/stored-run';

/** What a commit has just done: a test may stop there. All but the last stand inside of its transaction. */
export type Step =
  | 'locked'
  | 'compared'
  | 'removed'
  | 'inserted'
  | 'days'
  | 'marked'
  | 'unstaged'
  | 'committed';

/** A chunk on its way from staging into its target. */
export interface ChunkLoad {
  readonly run: StoredRun;
  readonly chunk: string;
  readonly request: CommitRequest;
  /** The table's columns, by the pages' own names. */
  readonly wanted: ReadonlyMap<string, TableColumn>;
  /** What came to light while the table was made ready. */
  readonly warnings: readonly Warning[];
  onStep(step: Step): void | Promise<void>;
}

/** Nothing is committed: these slices are to be pulled again. */
export class SlicesDiffer extends Error {
  readonly slices: readonly string[];

  constructor(slices: readonly string[]) {
    super('what is staged is not what was reported');
    this.slices = slices;
  }
}

/** Nothing is committed: the table is no longer as it was made ready. */
export class TableChanged extends Error {}
