import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { BudgetActivities, RunActivities } from '#activities/contract';

/** Passing failures are tried again without a limit of attempts; what will not help itself is marked so where it is thrown. */
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '2m' } as const;

/**
 * Short statements on the warehouse. One that is under way when the run is cancelled is waited for: else it could
 * come after the run's end, and open again what was closed.
 */
export const { openRun, settleRun, resolveFilters, nextChunks, beginChunk, failChunk, closeRun } =
  proxyActivities<RunActivities>({
    startToCloseTimeout: '5m',
    heartbeatTimeout: '30s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry,
  });

/**
 * A slice gives its slot back after `turnMs` of work, so an attempt never nears its timeout. It confirms a
 * cancellation by ending: what it has in flight is staged first.
 */
export const { pullSlice } = proxyActivities<RunActivities>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '30s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry,
});

/** As long as a chunk of millions of rows takes to load. */
export const { commitChunk } = proxyActivities<RunActivities>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '30s',
  retry,
});

/** A few tries: the run's end waits for it, and is what it is without it. */
export const { notifyRun, notifyRefusal } = proxyActivities<RunActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '2m',
  retry: { initialInterval: '1s', backoffCoefficient: 3, maximumAttempts: 4 },
});

/** Asks for what an earlier budget remembered; until it is known nobody may call. */
export const { recallBudget } = proxyActivities<BudgetActivities>({ startToCloseTimeout: '30s', retry });

/** Whoever does not hear of it asks again within an hour all the same. */
export const { tellOfLift } = proxyActivities<BudgetActivities>({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '5m',
  retry,
});
