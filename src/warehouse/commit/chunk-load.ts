import type { TableColumn } from '#domain/column/table-type';
import type { Warning } from '#domain/run/run-result';
import type { CommitRequest, SliceCount } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { StagedCount } from '../manifest/staging.ts';
import type { LockPatience } from '../tables/add-columns.ts';
import type { Step } from './mark-change.ts';

/** How a commit is done. */
export interface StoreOptions {
  onStep(step: Step): void | Promise<void>;
  readonly patience: LockPatience;
  /** Ends the wait for others who use the table. */
  readonly signal: AbortSignal | undefined;
}

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

/**
 * The slices of which something else is staged than their calls reported: more, less, or a call that is not
 * finished. What plans other calls is not loaded, and not compared.
 */
export function findDifferingSlices(
  reported: readonly SliceCount[],
  staged: readonly StagedCount[],
  listSlices: readonly string[],
): string[] {
  const counts = new Map(staged.map((count) => [count.slice, count]));
  const differing = reported.filter(({ slice, calls, rows }) => {
    const count = counts.get(slice) ?? { calls: 0, finished: 0, rows: 0 };
    return count.calls !== calls || count.finished !== calls || count.rows !== rows;
  });
  const expected = new Set([...reported.map(({ slice }) => slice), ...listSlices]);
  const unexpected = staged.filter(({ slice }) => !expected.has(slice));
  return [...differing, ...unexpected].map(({ slice }) => slice);
}

/** Whose id the rows bear: a retry completes another run. */
export const ownerRunId = ({ runId, retryOf }: StoredRun): string => retryOf?.runId ?? runId;
