import type { Scope } from '../call/scope.ts';
import type { Day } from '../period/date-range.ts';
import type { Warning } from './run-result.ts';
import type { SliceCount } from './staged-page.ts';

/** What a chunk's slices have staged is to be loaded. */
export interface CommitRequest {
  readonly slices: readonly SliceCount[];
  /** Slices whose rows plan other calls and are not loaded. */
  readonly listSlices: readonly string[];
  readonly warnings: readonly Warning[];
  /** Which of this river's rows the chunk says everything of, and `replace` removes. Null: all of them. */
  readonly scope: Scope | null;
  /** Days after this one are provisional; left out: none is. */
  readonly completeUpTo?: Day | null;
  /** The river's columns in which nothing may be missing because it does not fit; left out: none. */
  readonly key?: readonly string[];
}

/** What came of it. */
export type CommitOutcome =
  | {
      readonly outcome: 'loaded';
      readonly rows: number;
      readonly calls: number;
      readonly warnings: readonly Warning[];
    }
  /** What is staged is not what the slices reported: nothing was committed; these are to be pulled again. */
  | { readonly outcome: 'differs'; readonly slices: readonly string[] };
