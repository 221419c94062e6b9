import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  QueryNotRegisteredError,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { RecalledBudget, SavedBudget } from '#domain/budget/save-budget';

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** So many executions that ended before they knew anything are passed over; behind more of them, nothing can be read. */
const passedOverAtMost = 10;

/** What the newest execution of a budget's id remembered that knew anything, this one apart. */
export async function recallBudget(
  client: Client,
  { workflowId, runId }: Execution,
): Promise<RecalledBudget> {
  const before = await executionsBefore(client, workflowId, runId);
  for (const execution of before.slice(0, passedOverAtMost)) {
    const found = await readBudget(client, { workflowId, runId: execution.runId });
    // One that ended before it had recalled the one before it has given nothing.
    if (found.found !== 'nothing') return found;
  }
  return { found: before.length > passedOverAtMost ? 'unreadable' : 'nothing' };
}

/** The other executions of the id, the newest first: no more of them than are looked at, for a budget may have had thousands. */
async function executionsBefore(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<WorkflowExecutionInfo[]> {
  const query = `WorkflowId = '${workflowId.replaceAll("'", "\\'")}'`;
  // One more than is passed over, this one, and some by whose order Temporal's list is behind.
  const looked = passedOverAtMost + 10;
  const executions: WorkflowExecutionInfo[] = [];
  await client.withDeadline(Date.now() + answerWithinMs, async () => {
    // Temporal lists the newest first.
    for await (const execution of client.workflow.list({ query, pageSize: looked })) {
      executions.push(execution);
      if (executions.length === looked) return;
    }
  });
  return executions
    .filter((execution) => execution.runId !== runId)
    .sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
}

/** A closed execution answers queries from its history, as long as Temporal keeps it and it can be replayed. */
async function readBudget(client: Client, { workflowId, runId }: Execution): Promise<RecalledBudget> {
  const handle = client.workflow.getHandle(workflowId, runId);
  // To take it for unreadable costs the longest window: a moment without Temporal is no reason yet.
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
  // Throws where Temporal is away: that says nothing of the budget, and is tried again.
  await client.withDeadline(Date.now() + answerWithinMs, () => handle.describe());
  return { found: 'unreadable' };
}

const readAttempts = 3;
const readWithinMs = 6_000;
const answerWithinMs = 5_000;
