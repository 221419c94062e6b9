import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import type { Runs } from '../activities/ports.ts';
import { endInTemporal } from '../control/end-in-temporal.ts';
import { failureOfTemporal, type TemporalPlace } from '../control/failure-of-temporal.ts';
import type { RecalledBudget } from '../domain/budget/recalled-budget.ts';
import type { SavedBudget } from '../domain/budget/resume-budget.ts';
import { TemporalUnavailableError } from '../domain/errors.ts';

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
    async recallBudget({ workflowId, runId }) {
      const before = await executionBefore(client, workflowId, runId);
      return before === undefined ? { found: 'nothing' } : readBudget(client, workflowId, before);
    },
  };
}

/** The newest execution of the id but this one. */
async function executionBefore(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<string | undefined> {
  let newest: { readonly runId: string; readonly startTime: Date } | undefined;
  for await (const execution of client.workflow.list({
    query: `WorkflowId = '${workflowId.replaceAll("'", "\\'")}'`,
  })) {
    if (execution.runId === runId) continue;
    if (!newest || execution.startTime > newest.startTime) newest = execution;
  }
  return newest?.runId;
}

/** A closed execution answers queries from its history, as long as Temporal keeps it and it can be replayed. */
async function readBudget(client: Client, workflowId: string, runId: string): Promise<RecalledBudget> {
  const handle = client.workflow.getHandle(workflowId, runId);
  // To take it for unreadable costs the longest window: a moment without Temporal is no reason yet.
  for (let attempt = 1; attempt <= readAttempts; attempt += 1) {
    try {
      const budget = await client.withDeadline(Date.now() + readWithinMs, () =>
        handle.query<SavedBudget | null, []>('state'),
      );
      return budget === null ? { found: 'unreadable' } : { found: 'budget', budget };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) break;
      await sleep(1_000);
    }
  }
  return { found: 'unreadable' };
}

const readAttempts = 3;
const readWithinMs = 6_000;
