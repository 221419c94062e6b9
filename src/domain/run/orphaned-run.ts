import type { RunStatus } from './run-result.ts';

/** A run that its manifest calls open, though it may have ended: it was terminated. */
export interface OrphanedRun {
  readonly runId: string;
  readonly workflowId: string;
  /** How far it has come: another text after anything that it has begun, staged or ended. */
  readonly place: string;
}

/** How a run ended that could not write it down itself. */
export interface EndOfRun {
  readonly status: Exclude<RunStatus, 'running' | 'succeeded'>;
  /** ISO 8601, UTC. */
  readonly at: string;
}
