import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  QueryNotRegisteredError,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Runs } from '#activities/ports';
import { type TemporalPlace, toTemporalFailure } from '#control/failure-of-temporal';
import { findRunEnd } from '#control/orphaned-runs';
import { readSearchAttributes } from '#control/search-attributes';
import { runsUnderWay } from '#control/shared-budget';
import type { WaitLifted } from '#domain/budget/back-off';
import type { RecalledBudget, SavedBudget } from '#domain/budget/save-budget';
import { TemporalUnavailableError } from '#domain/errors';

/** What activities ask of Temporal itself, through the connection of the worker. */
export function createTemporalRuns(client: Client, place: TemporalPlace): Runs {
  return {
    async registeredSearchAttributes() {
      try {
        const { usable } = await readSearchAttributes(client.connection, place.namespace);
        return usable;
      } catch (error) {
        const failure = toTemporalFailure(error, place);
        if (failure instanceof TemporalUnavailableError) throw failure;
        // Without the permission to list attributes none is set: the run cannot be searched by them, and loads all the same.
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
      signalRuns(client, lift).catch((error: unknown) => {
        throw toTemporalFailure(error, place);
      }),
  };
}

/** Signals in flight at the same time. */
const signalsAtOnce = 20;

/**
 * Signals all runs, whatever their connection: the search attribute for it may not be registered. A run of another
 * connection ignores the signal.
 */
async function signalRuns(client: Client, lift: WaitLifted): Promise<void> {
  const runs = await Array.fromAsync(client.workflow.list({ query: runsUnderWay }));
  const lanes = Array.from({ length: signalsAtOnce }, async () => {
    for (let run = runs.pop(); run; run = runs.pop()) {
      await client.workflow
        .getHandle(run.workflowId)
        .signal<[WaitLifted]>('waitLifted', lift)
        .catch((error: unknown) => {
          // The run has closed meanwhile.
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        });
    }
  });
  await Promise.all(lanes);
}

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** At most so many executions that ended without a state are skipped; behind more of them the budget counts as unreadable. */
const skippedAtMost = 10;

/** The state of the newest other execution with the id of a budget that had any. */
async function recallBudget(client: Client, { workflowId, runId }: Execution): Promise<RecalledBudget> {
  const before = await listOtherExecutions(client, workflowId, runId);
  for (const execution of before.slice(0, skippedAtMost)) {
    const found = await readBudget(client, { workflowId, runId: execution.runId });
    // This one ended before it had recalled its predecessor.
    if (found.found !== 'nothing') return found;
  }
  return { found: before.length > skippedAtMost ? 'unreadable' : 'nothing' };
}

/** The other executions with the id, newest first. It lists only as many as are listedAtMost at: a budget may have had thousands. */
async function listOtherExecutions(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<WorkflowExecutionInfo[]> {
  const query = `WorkflowId = '${workflowId.replaceAll("'", "\\'")}'`;
  // One more than is skipped, this execution, and a few because Temporal's list may be slightly out of order.
  const listedAtMost = skippedAtMost + 10;
  const executions: WorkflowExecutionInfo[] = [];
  await client.withDeadline(Date.now() + answerWithinMs, async () => {
    // Temporal lists the newest first.
    for await (const execution of client.workflow.list({ query, pageSize: listedAtMost })) {
      executions.push(execution);
      if (executions.length === listedAtMost) return;
    }
  });
  return executions
    .filter((execution) => execution.runId !== runId)
    .sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
}

/** A closed execution answers queries from its history while Temporal keeps it and it can be replayed. */
async function readBudget(client: Client, { workflowId, runId }: Execution): Promise<RecalledBudget> {
  const handle = client.workflow.getHandle(workflowId, runId);
  // An unreadable budget costs a wait of the longest window: a short outage of Temporal is no reason for it.
  for (let attempt = 1; attempt <= readAttempts; attempt += 1) {
    try {
      const budget = await client.withDeadline(Date.now() + readWithinMs, () =>
        handle.query<SavedBudget | null, []>('state'),
      );
      return budget === null ? { found: 'nothing' } : { found: 'budget', budget };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError)
        return { found: 'unreadable' };
      await sleep(1_000);
    }
  }
  // Throws if Temporal cannot be reached: that says nothing about the budget, and the activity is retried.
  await client.withDeadline(Date.now() + answerWithinMs, () => handle.describe());
  return { found: 'unreadable' };
}

const readAttempts = 3;
const readWithinMs = 6_000;
const answerWithinMs = 5_000;
