import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { type BudgetView, viewBudget, viewUnusedBudget } from '#domain/budget/budget-view';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import type { SavedBudget } from '#domain/budget/save-budget';
import type { Connection } from '#domain/river/configuration';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RunResult } from '#domain/run/run-result';
import type { riverRun } from '#workflows/index';
import { connectTemporal, type PlainTemporal, type TemporalClient } from './connect-temporal.ts';
import { type TemporalPlace, toTemporalFailure } from './failure-of-temporal.ts';
import { waitForEnd } from './run-end.ts';
import { describeRun, type Execution, type RunView, viewRun } from './run-in-temporal.ts';
import { runsUnderWay } from './shared-budget.ts';

/** A run as Temporal has it, and what it does while it is under way. */
export interface LiveRun {
  readonly execution: Execution;
  /** Undefined where it has ended. */
  readonly view: RunView | undefined;
}

/** A run that failed before it was opened, such as one whose input was refused: no manifest has it. */
export interface RefusedRun {
  readonly result: RunResult;
  /** Why, as `river status` says it. */
  readonly error: string;
}

/** What pages read from Temporal, over one connection that is opened when it is first needed and again where it was lost. */
export interface LiveReader {
  /** Null before Temporal was first reached. */
  readonly place: TemporalPlace | null;
  /** The workflow ids of the runs under way, the newest first. */
  openRuns(): Promise<readonly string[]>;
  /** The runs of the last days that failed before they were opened, the newest first. */
  refusedRuns(): Promise<readonly RefusedRun[]>;
  /** Undefined where there is no run of this workflow id. */
  run(workflowId: string): Promise<LiveRun | undefined>;
  /** Reads only: a budget that does not run is not started. */
  budget(connection: Connection): Promise<BudgetView>;
  close(): Promise<void>;
}

/** At most this many open runs are listed. */
const openAtMost = 200;
/** Of so many failed runs it is looked at whether they were opened. */
const failedAtMost = 30;
const failedForDays = 14;
const answerWithinMs = 5_000;

export function createLiveReader(plain?: PlainTemporal): LiveReader {
  let connecting: Promise<TemporalClient> | undefined;
  let place: TemporalPlace | null = null;
  /** How failed runs have ended, which does not change: by their ids. Null where they were opened. */
  const ends = new Map<string, RefusedRun | null>();
  const connect = async (): Promise<TemporalClient> => {
    connecting ??= connectTemporal(plain);
    const own = connecting;
    try {
      const temporal = await own;
      place = temporal;
      return temporal;
    } catch (error) {
      if (connecting === own) connecting = undefined;
      throw error;
    }
  };
  const ask = async <T>(work: (temporal: TemporalClient) => Promise<T>): Promise<T> => {
    const temporal = await connect();
    try {
      return await temporal.client.withDeadline(Date.now() + answerWithinMs, () => work(temporal));
    } catch (error) {
      throw toTemporalFailure(error, temporal);
    }
  };
  return {
    get place() {
      return place;
    },
    openRuns: () =>
      ask(async ({ client }) => {
        const ids: string[] = [];
        for await (const { workflowId } of client.workflow.list({
          query: runsUnderWay,
          pageSize: openAtMost,
        })) {
          ids.push(workflowId);
          if (ids.length === openAtMost) break;
        }
        return ids;
      }),
    refusedRuns: () =>
      ask(async ({ client }) => {
        const since = new Date(Date.now() - failedForDays * 86_400_000).toISOString();
        const query = `WorkflowType = 'riverRun' AND ExecutionStatus = 'Failed' AND CloseTime > '${since}'`;
        const failed: WorkflowExecutionInfo[] = [];
        for await (const run of client.workflow.list({ query, pageSize: failedAtMost })) {
          failed.push(run);
          if (failed.length === failedAtMost) break;
        }
        const known = failed.map(async (run) => {
          const before = ends.get(run.runId);
          if (before !== undefined) return before;
          const end = await readRefusal(client, run);
          ends.set(run.runId, end);
          return end;
        });
        return (await Promise.all(known)).filter((end) => end !== null);
      }),
    run: (workflowId) =>
      ask(async ({ client }) => {
        const execution = await describeRun(client, workflowId);
        if (!execution) return undefined;
        const view = execution.status === 'running' ? await viewRun(client, execution) : undefined;
        return { execution, view };
      }),
    budget: ({ name, budget }) =>
      ask(async ({ client }) => {
        try {
          const handle = client.workflow.getHandle(budgetWorkflowId(name));
          const saved = await handle.query<SavedBudget | null, []>('state');
          return saved ? viewBudget(saved, Date.now()) : viewUnusedBudget(budget);
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return viewUnusedBudget(budget);
          throw error;
        }
      }),
    async close() {
      await connecting?.then(
        (temporal) => temporal.close(),
        () => {},
      );
    },
  };
}

async function readRefusal(
  client: Client,
  { workflowId, runId, startTime, closeTime }: WorkflowExecutionInfo,
): Promise<RefusedRun | null> {
  const end = await waitForEnd(client.workflow.getHandle<typeof riverRun>(workflowId, runId));
  if (end.end !== 'failed' || (end.result && end.result.chunks !== null)) return null;
  const unopened = buildUnopenedResult({
    river: '',
    workflowId,
    runId,
    status: 'failed',
    startedAt: startTime.toISOString(),
    finishedAt: closeTime?.toISOString() ?? null,
  });
  return { result: { ...unopened, ...end.result }, error: `${end.kind}: ${end.message}` };
}
