import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { BudgetActivities, RunActivities } from '#activities/contract';

/** Passing failures are retried without a limit of attempts; other failures are thrown as non-retryable. */
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '2m' } as const;

/**
 * Short statements on the warehouse. One under way is awaited when the run is cancelled: otherwise it could run after the run's
 * end, and open again what was closed.
 */
export const { openRun, resolveFreshness, resolveFilters, nextChunks, beginChunk, failChunk, closeRun } =
  proxyActivities<RunActivities>({
    startToCloseTimeout: '5m',
    heartbeatTimeout: '30s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry,
  });

/**
 * A slice returns its slot after `turnMs` of work, so an attempt stays far below its timeout. When cancelled, it stages its calls in
 * flight before it ends.
 */
export const { pullSlice } = proxyActivities<RunActivities>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '30s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry,
});

/** Loading a chunk of millions of rows may take hours, and so may a whole table. */
export const { commitChunk, commitOverwrite } = proxyActivities<RunActivities>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '30s',
  retry,
});

/** A few tries only: the run's end waits for them, and does not depend on them. */
export const { notifyRun, notifyRefusal } = proxyActivities<RunActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '2m',
  retry: { initialInterval: '1s', backoffCoefficient: 3, maximumAttempts: 4 },
});

/** Asks for the state of an earlier budget; no call is permitted before it is known. */
export const { recallBudget } = proxyActivities<BudgetActivities>({ startToCloseTimeout: '30s', retry });

/** A run that does not get the signal asks again within an hour anyway. */
export const { tellOfLift } = proxyActivities<BudgetActivities>({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '5m',
  retry,
});
