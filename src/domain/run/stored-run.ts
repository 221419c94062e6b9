import type { Selection } from '../call/selection.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { DateRange, Day } from '../period/date-range.ts';
import type { River } from '../river/river.ts';
import type { Freshness } from './freshness.ts';
import type { RunStatus, Warning } from './run-result.ts';

/** The run whose chunks a retry completes. */
export interface RetriedRun {
  readonly runId: string;
  readonly workflowId: string;
}

/** By the reference that the river has, such as `${SALT}`. */
export type SaltFingerprints = Readonly<Record<string, string>>;

/** A run on its way into the manifest. */
export interface NewRun {
  /** Temporal's firstExecutionRunId: the same through continue-as-new and Reset. */
  readonly runId: string;
  readonly workflowId: string;
  /** The river as this run pulls it, the run's overrides applied. Bears no secret. */
  readonly river: River;
  /** The first and last day pulled; null without a period, or with nothing to do. */
  readonly period: DateRange | null;
  /** The run's day. */
  readonly day: Day;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** The fingerprints of the salts that its columns are hashed with, by their references; left out where there are none. */
  readonly salts?: SaltFingerprints;
  /** Where its connection was when the run was opened. */
  readonly baseUrl?: string;
  /** The resolved filters; null until the list calls are answered that they need. A retry uses its original's. */
  readonly selection: Selection | null;
  /** Warnings about the lists from which the filters were resolved; a retry repeats them. */
  readonly listWarnings?: readonly Warning[];
  /** The original, under which a retry loads: the table and `river_days` bear that run's id. Null for a run of its own. */
  readonly retryOf: RetriedRun | null;
  /** Whether it pulls with other filters than its river has: its days do not count as the river's. */
  readonly ownFilters: boolean;
  /** Only where it asks up to which day the data is complete. */
  readonly freshness?: Freshness;
}

/** A run as the manifest has it. */
export interface StoredRun extends NewRun {
  readonly status: RunStatus;
  readonly finishedAt: string | null;
  /** Names of settings that another version of River has written and this one cannot read: it may show the run, not work on it. */
  readonly unread?: string;
}

/** A chunk of a run that is opened; a retry skips those whose days a later run has loaded since. */
export type RetriableChunk = Chunk & { readonly state?: 'waiting' | 'skipped' };

/** A run that its manifest calls open, and that may have ended all the same: it was terminated. */
export interface OrphanedRun {
  readonly runId: string;
  readonly workflowId: string;
  /** A text that changes with everything that the run begins, stages or ends. */
  readonly place: string;
}

/** How a run has ended that could not write its end into the manifest. */
export interface EndOfRun {
  readonly status: Exclude<RunStatus, 'running' | 'succeeded'>;
  /** ISO 8601, UTC. */
  readonly at: string;
}
