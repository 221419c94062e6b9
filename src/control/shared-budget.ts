import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { BudgetLift } from '#domain/budget/back-off';
import { type BudgetReport, budgetWorkflowId } from '#domain/budget/call-budget';
import { type BudgetAnswer, noNews, type Reservation } from '#domain/budget/reservation';
import type { BudgetWindow } from '#domain/budget/window';
import { TemporalUnavailableError } from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import { taskQueue } from '#domain/run/temporal-names';
import type { apiBudget } from '#workflows/index';
import { callsAhead } from './calls-ahead.ts';

/** An answer that takes longer is of no use: its permits would be past. */
const answerWithinMs = 15_000;

/**
 * Asks the budget of a connection, and starts it where it is not there yet. Rejects where it cannot be reached, or
 * no worker answers for it.
 */
export function reserveOf(
  client: Client,
  connection: string,
): (request: Reservation) => Promise<BudgetAnswer> {
  const workflowId = budgetWorkflowId(connection);
  const handle = client.workflow.getHandle<typeof apiBudget>(workflowId);
  let isThere = false;

  const ask = (request: Reservation) =>
    handle.executeUpdate<BudgetAnswer, [Reservation]>('reserve', { args: [request] });
  const startAndAsk = (request: Reservation) =>
    client.workflow.executeUpdateWithStart<typeof apiBudget, BudgetAnswer, [Reservation]>('reserve', {
      args: [request],
      startWorkflowOperation: startOf(connection, request.windows),
    });

  return (request) =>
    client.withDeadline(Date.now() + answerWithinMs, async () => {
      if (isThere) {
        try {
          return await ask(request);
        } catch (error) {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
      }
      const answer = await startAndAsk(request);
      isThere = true;
      return answer;
    });
}

/** Starts the budget of a connection where none is kept. */
const startOf = (connection: string, windows: readonly BudgetWindow[]) =>
  new WithStartWorkflowOperation<typeof apiBudget>('apiBudget', {
    workflowId: budgetWorkflowId(connection),
    taskQueue,
    args: [{ connection, windows }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    // A worker that is killed with a task of it in hand stalls every process for this long; 10 s by default. Much
    // less, and on a busy machine no worker may be in time, one after the other.
    workflowTaskTimeout: '5s',
    staticSummary: `Call budget of connection ${connection}`,
  });

/**
 * Whether workers poll the queue, as far as Temporal knows: one that died is still listed for some minutes.
 */
export async function isServed(client: Client): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  return (pollers ?? []).length > 0;
}

/** How long ago calls of a connection were sent that still count, in milliseconds. */
async function sentOf(client: Client, { name, budget }: Connection): Promise<readonly number[]> {
  // A workflow's clock stands still between its tasks: to be asked for nothing moves it on.
  const nothing = { process: 'command line', windows: budget, asks: [], room: 0, returned: [], news: noNews };
  await reserveOf(client, name)(nothing);
  return client.workflow.getHandle(budgetWorkflowId(name)).query<number[], []>('sent');
}

/** The budgets of all connections, for planning. */
export const budgetsOf = (client: Client) => ({
  reserveOf: (connection: string) => reserveOf(client, connection),
  sentOf: (connection: Connection) => sentOf(client, connection),
  callsAhead: (isOn: (river: string) => boolean) => callsAhead(client, isOn),
});

/**
 * Ends by hand what the API has asked of a connection; undefined where its budget was never asked for a call, so that
 * nobody waits for one. One that somebody has terminated is begun again: it remembers the wait.
 */
export async function liftBudget(
  client: Client,
  { name, budget }: Connection,
): Promise<BudgetLift | undefined> {
  try {
    await client.workflow.getHandle(budgetWorkflowId(name)).describe();
    return await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.executeUpdateWithStart<typeof apiBudget, BudgetLift, []>('lift', {
        startWorkflowOperation: startOf(name, budget),
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    throw new TemporalUnavailableError(
      `The budget of connection ${name} has not answered within ${answerWithinMs / 1000} s: no worker polls the task queue river. Start one (\`river worker\`), then lift its wait again.`,
      { cause: error },
    );
  }
}

/** How the budget of a connection stands; undefined where it was never asked for a call. */
export async function readBudget(client: Client, connection: string): Promise<BudgetReport | undefined> {
  try {
    return await client.workflow.getHandle(budgetWorkflowId(connection)).query<BudgetReport, []>('budget');
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
