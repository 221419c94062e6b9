import type { Core } from '../core.ts';
import type { RowList } from '../row-list.ts';

/** What somebody wants of a report, as ids. What is left out means all, where the walkthrough says so. */
export interface Wanted {
  readonly days?: readonly string[];
  readonly actions?: readonly number[];
  readonly targetGroups?: readonly number[];
  readonly channels?: readonly number[];
  readonly stages?: readonly number[];
  readonly customerAttribute?: { readonly name: string; readonly value: string };
  readonly changedAttributes?: readonly string[];
  readonly events?: readonly number[];
  readonly activityEvents?: readonly (number | string)[];
  /** Customer attributes asked for, in this order. */
  readonly attributes?: readonly string[];
  readonly includeControlGroup?: boolean;
  /** Stamped as `SnapshotDate` on reports 6 and 12. */
  readonly snapshotDay?: string;
}

/** All rows of some reports, worked out without a call. */
export type Expected = (core: Core, wanted: Wanted) => RowList;
