import { type Client, WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import { budgetWorkflowId } from '../domain/budget/budget-id.ts';
import type { BudgetReport } from '../domain/budget/budget-report.ts';
import type { BudgetAnswer, Reservation } from '../domain/budget/reservation.ts';
import { taskQueue } from '../domain/run/task-queue.ts';
import type { apiBudget } from '../workflows/index.ts';

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
      startWorkflowOperation: new WithStartWorkflowOperation<typeof apiBudget>('apiBudget', {
        workflowId,
        taskQueue,
        args: [{ connection, windows: request.windows }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        // A worker that held it in its cache and was killed stalls every process for this long; 10 s by default.
        workflowTaskTimeout: '2s',
        staticSummary: `Call budget of connection ${connection}`,
      }),
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

/** How the budget of a connection stands; undefined where it was never asked for a call. */
export async function readBudget(client: Client, connection: string): Promise<BudgetReport | undefined> {
  try {
    return await client.workflow.getHandle(budgetWorkflowId(connection)).query<BudgetReport, []>('budget');
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
