import { ActivityFailure } from '@temporalio/workflow';

/**
 * Whether an activity failed that would have been tried again, had nobody stopped it meanwhile: what it failed with
 * (a warehouse that is away for a moment, a worker that was killed) decides nothing.
 */
export const gaveWay = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED';
