import type { Selection } from '../call/selection.ts';
import type { Day, Stretch } from '../period/day.ts';
import type { River } from '../river/river.ts';
import type { RunStatus } from './run-result.ts';

/** A run on its way into the manifest. */
export interface NewRun {
  /** Temporal's firstExecutionRunId: the same through continue-as-new and Reset. */
  readonly runId: string;
  readonly workflowId: string;
  /** The river as this run pulls it, the run's overrides applied. Bears no secret. */
  readonly river: River;
  /** The first and last day pulled; null without a period, or with nothing to do. */
  readonly period: Stretch | null;
  /** The run's day. */
  readonly day: Day;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** A run as the manifest has it. */
export interface StoredRun extends NewRun {
  readonly status: RunStatus;
  readonly finishedAt: string | null;
  /** What the filters came to, once the list calls have answered. */
  readonly selection: Selection | null;
}
