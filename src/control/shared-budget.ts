import {
  type Client,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { BudgetLift } from '#domain/budget/back-off';
import { type BudgetReport, budgetWorkflowId } from '#domain/budget/call-budget';
import { type BudgetAnswer, noOutcomes, type Reservation } from '#domain/budget/reservation';
import type { BudgetWindow } from '#domain/budget/window';
import { TemporalUnavailableError } from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import type { RunProgress } from '#domain/run/progress';
import { taskQueue } from '#domain/run/temporal-names';
import type { apiBudget } from '#workflows/index';
import { queryProgress } from './run-in-temporal.ts';

/** An answer that takes longer is of no use: its permits would have expired. */
const answerWithinMs = 15_000;

/**
 * Asks a connection's budget for permits, and starts the budget where it does not run yet. Rejects where Temporal cannot be
 * reached, or no worker answers for the budget.
 */
export function createReserve(
  client: Client,
  connection: string,
  withinMs = answerWithinMs,
): (request: Reservation) => Promise<BudgetAnswer> {
  const workflowId = budgetWorkflowId(connection);
  const handle = client.workflow.getHandle<typeof apiBudget>(workflowId);
  let isThere = false;

  const ask = (request: Reservation) =>
    handle.executeUpdate<BudgetAnswer, [Reservation]>('reserve', { args: [request] });
  const startAndAsk = (request: Reservation) =>
    client.workflow.executeUpdateWithStart<typeof apiBudget, BudgetAnswer, [Reservation]>('reserve', {
      args: [request],
      startWorkflowOperation: startBudget(connection, request.windows),
    });

  return (request) =>
    client.withDeadline(Date.now() + withinMs, async () => {
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

/** Starts a connection's budget where it does not run yet. */
const startBudget = (connection: string, windows: readonly BudgetWindow[]) =>
  new WithStartWorkflowOperation<typeof apiBudget>('apiBudget', {
    workflowId: budgetWorkflowId(connection),
    taskQueue,
    args: [{ connection, windows }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    // A worker that is killed during a task of the budget stalls every process for this long; the default is 10 s. With much
    // less, a busy machine may not finish any task in time.
    workflowTaskTimeout: '5s',
    staticSummary: `Call budget of connection ${connection}`,
  });

/**
 * Whether workers poll the task queue, as far as Temporal knows: one that has died is still listed for some minutes.
 */
export async function isServed(client: Client): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  return (pollers ?? []).length > 0;
}

/** Where no worker runs, no other call is sent either, and the calls of a command are sent without a permit. */
export async function reserveIfServed(
  client: Client | undefined,
): Promise<(connection: string) => ReturnType<typeof createReserve> | undefined> {
  const served = client && (await isServed(client).catch(() => false));
  return (connection) => (served ? createReserve(client, connection) : undefined);
}

/** How long ago the calls were sent that still count in a connection's windows, in milliseconds. */
async function querySentCalls(
  client: Client,
  { name, budget, callTimeoutMs }: Connection,
): Promise<readonly number[]> {
  // A workflow's clock stands still between its tasks: a request for no permits moves it on.
  const nothing = {
    process: 'command line',
    sequence: 0,
    windows: budget,
    asks: [],
    room: 0,
    leadMs: 0,
    callTimeoutMs,
    returned: [],
    outcomes: noOutcomes,
  };
  await createReserve(client, name, commandWaitsMs)(nothing);
  return client.withDeadline(Date.now() + commandWaitsMs, () =>
    client.workflow.getHandle(budgetWorkflowId(name)).query<number[], []>('sent'),
  );
}

/** So long a person waits for what a plan can do without. */
const commandWaitsMs = 5_000;

/** The budgets of these connections, as `planRiver` asks them; undefined where nobody answers for one, though a worker is still listed. */
export async function createBudgets(client: Client, connections: readonly Connection[]) {
  const sent = new Map(connections.map((each) => [each.name, querySentCalls(client, each)]));
  try {
    await Promise.all(sent.values());
  } catch (error) {
    if (isNoAnswer(error)) return undefined;
    throw error;
  }
  return {
    reserveOf: (connection: string) => createReserve(client, connection),
    sentOf: async ({ name }: Connection) => (await sent.get(name)) ?? [],
    callsAhead: (isOn: (river: string) => boolean) => queryCallsAhead(client, isOn),
  };
}

/** gRPC's codes for a call that was cancelled, and for one that took too long. */
const unanswered: readonly unknown[] = [1, 4];

const isNoAnswer = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  (isGrpcServiceError(error) && unanswered.includes(error.code)) ||
  (error instanceof Error && error.cause !== undefined && isNoAnswer(error.cause));

/**
 * Ends a connection's back-off by hand; undefined where its budget was never asked for a permit, so that no run waits.
 * A budget that was terminated is started again: it recalls the back-off of the earlier one.
 */
export async function liftBudget(
  client: Client,
  { name, budget }: Connection,
): Promise<BudgetLift | undefined> {
  try {
    await client.workflow.getHandle(budgetWorkflowId(name)).describe();
    return await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.executeUpdateWithStart<typeof apiBudget, BudgetLift, []>('lift', {
        startWorkflowOperation: startBudget(name, budget),
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

/** A connection's windows, waiting calls and back-off; undefined where its budget was never asked for a permit. */
export async function readBudget(client: Client, connection: string): Promise<BudgetReport | undefined> {
  try {
    return await client.workflow.getHandle(budgetWorkflowId(connection)).query<BudgetReport, []>('budget');
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** How many calls the runs under way on a connection still have to make. */
export interface CallsAhead {
  /** For each run that knows it. */
  readonly remaining: readonly number[];
  /** The rivers of the other runs: it depends on campaigns, or is not known yet. */
  readonly unknown: readonly string[];
}

/** At most this many runs are queried. */
const askedAtMost = 100;
export const runsUnderWay = "WorkflowType = 'riverRun' AND ExecutionStatus = 'Running'";

/** Queries the runs under way. `isOn` says whether a river uses the connection. */
async function queryCallsAhead(client: Client, isOn: (river: string) => boolean): Promise<CallsAhead> {
  const progresses: Promise<RunProgress | undefined>[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: runsUnderWay })) {
    if (progresses.length === askedAtMost) break;
    progresses.push(queryProgress(client, workflowId, runId));
  }
  const known = (await Promise.all(progresses)).filter((progress) => progress && isOn(progress.river));
  const remaining: number[] = [];
  const unknown: string[] = [];
  for (const progress of known) {
    if (!progress) continue;
    if (progress.plannedCalls === null) unknown.push(progress.river);
    else remaining.push(Math.max(0, progress.plannedCalls - progress.calls));
  }
  return { remaining, unknown };
}
