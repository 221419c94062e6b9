import type { Day, Stretch } from '../period/day.ts';
import type { LoadMode } from '../river/target.ts';
import type { RunStatus } from '../run/run-result.ts';

/** Rows of one day that one run brought; the day is null where a report has none, or a row lacks it. */
export interface RowsOfRun {
  readonly day: Day | null;
  readonly run: string;
  readonly rows: number;
}

export interface KnownRun {
  readonly workflowId: string;
  readonly load: LoadMode;
  readonly status: RunStatus;
}

/** Days of a run that one of its chunks was to load. */
export interface AskedStretch extends Stretch {
  readonly run: string;
  readonly state: 'loaded' | 'failed' | 'open';
}

/** What the manifest says of one river's rows in one table, and what stands there, both at one instant. */
export interface TargetBooks {
  readonly river: string;
  readonly table: string;
  /** Whether rows are loaded by days of the period, so that days between others can lack. */
  readonly byPeriod: boolean;
  /** Columns that the table would need for this to be read, and has not; null where the table itself is gone. */
  readonly lacking: readonly string[] | null;
  /** By the manifest, the oldest first. */
  readonly loaded: readonly RowsOfRun[];
  readonly found: readonly RowsOfRun[];
  readonly runs: ReadonlyMap<string, KnownRun>;
  readonly asked: readonly AskedStretch[];
}
