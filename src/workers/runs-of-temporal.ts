import type { Client } from '@temporalio/client';
import type { Runs } from '../activities/ports.ts';
import { endInTemporal } from '../control/end-in-temporal.ts';
import { failureOfTemporal, type TemporalPlace } from '../control/failure-of-temporal.ts';
import { TemporalUnavailableError } from '../domain/errors.ts';
import { recallBudget } from './recall-budget.ts';

/** What the activities ask Temporal itself, through the worker's own connection. */
export function runsOfTemporal(client: Client, place: TemporalPlace): Runs {
  return {
    async registeredSearchAttributes() {
      try {
        const { namespace } = place;
        const { operatorService } = client.connection;
        return Object.keys(
          (await operatorService.listSearchAttributes({ namespace })).customAttributes ?? {},
        );
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
  };
}
