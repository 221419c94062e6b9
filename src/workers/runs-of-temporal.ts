import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Runs } from '#activities/ports';
import { runsUnderWay } from '#control/calls-ahead';
import { endInTemporal } from '#control/end-in-temporal';
import { failureOfTemporal, type TemporalPlace } from '#control/failure-of-temporal';
import { usableSearchAttributes } from '#control/search-attributes';
import type { WaitLifted } from '#domain/budget/back-off';
import { TemporalUnavailableError } from '#domain/errors';
import { recallBudget } from './recall-budget.ts';

/** What the activities ask Temporal itself, through the worker's own connection. */
export function runsOfTemporal(client: Client, place: TemporalPlace): Runs {
  return {
    async registeredSearchAttributes() {
      try {
        const { namespace } = place;
        const { operatorService } = client.connection;
        const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
        return usableSearchAttributes(customAttributes);
      } catch (error) {
        const failure = failureOfTemporal(error, place);
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
      endInTemporal(client, run).catch((error: unknown) => {
        throw failureOfTemporal(error, place);
      }),
    recallBudget: (budget) =>
      recallBudget(client, budget).catch((error: unknown) => {
        throw failureOfTemporal(error, place);
      }),
    tellOfLift: (lift) =>
      tellRuns(client, lift).catch((error: unknown) => {
        throw failureOfTemporal(error, place);
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
