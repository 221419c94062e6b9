import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Runs } from '#activities/ports';
import { type TemporalPlace, toTemporalFailure } from '#control/failure-of-temporal';
import { findRunEnd } from '#control/orphaned-runs';
import { readSearchAttributes } from '#control/search-attributes';
import { runsUnderWay } from '#control/shared-budget';
import type { WaitLifted } from '#domain/budget/back-off';
import { TemporalUnavailableError } from '#domain/errors';
import { recallBudget } from './recall-budget.ts';

/** What the activities ask Temporal itself, through the worker's own connection. */
export function runsOfTemporal(client: Client, place: TemporalPlace): Runs {
  return {
    async registeredSearchAttributes() {
      try {
        const { usable } = await readSearchAttributes(client.connection, place.namespace);
        return usable;
      } catch (error) {
        const failure = toTemporalFailure(error, place);
        if (failure instanceof TemporalUnavailableError) throw failure;
        // Who may not ask sets none of them: the run is not findable by what it pulls, and loads all the same.
        return [];
      }
    },
    async isCancelled({ workflowId, runId }) {
      const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
      return raw.workflowExtendedInfo?.cancelRequested === true;
    },
    endOf: (run) =>
      findRunEnd(client, run).catch((error: unknown) => {
        throw toTemporalFailure(error, place);
      }),
    recallBudget: (budget) =>
      recallBudget(client, budget).catch((error: unknown) => {
        throw toTemporalFailure(error, place);
      }),
    tellOfLift: (lift) =>
      tellRuns(client, lift).catch((error: unknown) => {
        throw toTemporalFailure(error, place);
      }),
  };
}

/** Signals under way at a time. */
const toldAtOnce = 20;

/**
 * All runs, whatever they pull: a namespace may not know the attribute that tells their connections apart, and a run
 * of another connection leaves it at that.
 */
async function tellRuns(client: Client, lift: WaitLifted): Promise<void> {
  const runs = await Array.fromAsync(client.workflow.list({ query: runsUnderWay }));
  const lanes = Array.from({ length: toldAtOnce }, async () => {
    for (let run = runs.pop(); run; run = runs.pop()) {
      await client.workflow
        .getHandle(run.workflowId)
        .signal<[WaitLifted]>('waitLifted', lift)
        .catch((error: unknown) => {
          // It has closed since.
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        });
    }
  });
  await Promise.all(lanes);
}
