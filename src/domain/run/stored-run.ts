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
  /** Where its connection was when the run was opened. */
  readonly baseUrl?: string;
  /** What the filters came to, once the list calls have answered; a retry goes on with its original's. */
  readonly selection: Selection | null;
  /** What was to be said of the lists that the selection was read from; a retry says it again. */
  readonly listWarnings?: readonly Warning[];
  /** The original, under which a retry loads: the table and `river_days` bear that run's id. Null for a run of its own. */
  readonly retryOf: RetriedRun | null;
  /** Whether it pulls with other filters than its river has: its days are not its river's. */
  readonly ownFilters: boolean;
  /** Where it asks up to which day the data is complete. */
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

/** A run that its manifest calls open, though it may have ended: somebody terminated it. */
export interface OrphanedRun {
  readonly runId: string;
  readonly workflowId: string;
  /** How far it has come: another text after whatever it has begun, staged or ended. */
  readonly place: string;
}

/** How a run ended that could not write it down itself. */
export interface EndOfRun {
  readonly status: Exclude<RunStatus, 'running' | 'succeeded'>;
  /** ISO 8601, UTC. */
  readonly at: string;
}
