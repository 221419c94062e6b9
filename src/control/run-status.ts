import { ConfigurationError, WarehouseUnavailableError } from '#domain/errors';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RetriedStep, RunNow } from '#domain/run/progress';
import type { ChunkStatus, RetryOfRun, RunResult, RunStatus } from '#domain/run/run-result';
import { endSentence } from '#domain/run/sentences';
import type { riverRun } from '#workflows/index';
import type { BookedRun, Books, Missing } from './books.ts';
import type { TemporalClient } from './connect-temporal.ts';
import { endOfRun } from './run-end.ts';
import { type Execution, executionOf, type RunView, viewRun } from './run-in-temporal.ts';
import { startsBehind } from './schedules/starts-behind.ts';

/** A run's result, chunk by chunk. */
export type RunReport = RunResult & {
  readonly chunkStates: readonly ChunkStatus[];
  /** Whether the run is under way and was asked to pause. */
  readonly paused: boolean;
  /** What it does and waits for, where it is under way and a worker answers for it; else null. */
  readonly progress: RunNow | null;
  /** Why a run has failed that was never opened, such as one whose input was refused; else null. */
  readonly error: string | null;
  /** What it does, waits for, or how it has ended, in words. */
  readonly sentence: string;
  /** Since when no worker has reported, where the run is under way and none does; left out where one does. */
  readonly noWorkerSince?: string | null;
  /** Since when a call has been under way without an answer, where that is long. */
  readonly unansweredSince?: string;
  /** Steps that fail and are tried again, as Temporal knows them. */
  readonly retried: readonly RetriedStep[];
  /** The runs that have retried it, the oldest first. */
  readonly retries: readonly RetryOfRun[];
  /** Starts of its schedule that wait until it has ended. */
  readonly startsBehind: number;
};

/**
 * One run, chunk by chunk. The manifest says what was loaded, Temporal (where it is there) whether the run still goes on:
 * a run that was terminated had no chance to write that down.
 */
export async function runStatus(
  temporal: TemporalClient | undefined,
  books: Books,
  workflowId: string,
): Promise<RunReport> {
  const [known, execution] = await Promise.all([
    books.find(workflowId),
    temporal && executionOf(temporal.client, workflowId),
  ]);
  if (known) {
    const own = execution?.firstRunId === known.result.runId ? execution : undefined;
    return reportOf(temporal, known, own);
  }
  if (temporal && execution) return unopenedRun(temporal, execution);
  const [missing] = books.missing;
  if (missing) throw notFoundYet(workflowId, missing);
  const behind = temporal && (await startsBehind(temporal, workflowId));
  throw new ConfigurationError(
    behind
      ? `There is no run ${workflowId} yet: ${behind.starts} ${behind.starts === 1 ? 'start' : 'starts'} of river ${behind.river} by its schedule ${behind.starts === 1 ? 'is' : 'are'} waiting behind run ${behind.workflowId}.`
      : `There is no run ${workflowId}, in Temporal or in any manifest. \`river status\` lists the newest.`,
  );
}

/** It may well be there: who asks again later is told. */
const notFoundYet = (workflowId: string, { warehouse, why }: Missing): WarehouseUnavailableError =>
  new WarehouseUnavailableError(
    `There is no run ${workflowId} where River can look, but the warehouse ${warehouse} is missing, which may have it. ${why.message}`,
    { cause: why },
  );

/**
 * The newest runs of all rivers, those that wait to be opened and those that never were among them. Without Temporal: as the
 * manifests have them.
 */
export async function listRuns(
  temporal: TemporalClient | undefined,
  books: Books,
  limit: number,
): Promise<RunReport[]> {
  if (!temporal) {
    const runs = await books.list(limit);
    return Promise.all(runs.map((run) => reportOf(undefined, run, undefined)));
  }
  const { client } = temporal;
  const [booked, listed] = await Promise.all([books.list(limit), newestInTemporal(temporal, limit)]);
  const known = await Promise.all(
    booked.map(async (run) => {
      const { status, workflowId, runId } = run.result;
      if (status !== 'running') return reportOf(temporal, run, undefined);
      const execution = await executionOf(client, workflowId);
      const own = execution?.firstRunId === runId ? execution : undefined;
      return reportOf(temporal, run, own ?? 'terminated');
    }),
  );
  const oldest = booked.length < limit ? '' : (booked.at(-1)?.result.startedAt ?? '');
  const inBooks = new Set(booked.map(({ result }) => result.workflowId));
  const others = await Promise.all(
    listed
      .filter((run) => !inBooks.has(run.workflowId) && (run.isOpen || run.startedAt > oldest))
      .map(async ({ workflowId }) => {
        const [execution, before] = await Promise.all([
          executionOf(client, workflowId),
          books.find(workflowId),
        ]);
        if (!execution) return [];
        const own = before?.result.runId === execution.firstRunId ? before : undefined;
        return [own ? await reportOf(temporal, own, execution) : await unopenedRun(temporal, execution)];
      }),
  );
  return [...known, ...others.flat()].sort(newestFirst).slice(0, limit);
}

const newestFirst = (one: RunReport, other: RunReport): number =>
  (other.startedAt ?? '').localeCompare(one.startedAt ?? '');

/** Workflow ids of riverRun, those under way first, as Temporal lists them. */
async function newestInTemporal({ client }: TemporalClient, limit: number) {
  const runs = new Map<string, { workflowId: string; startedAt: string; isOpen: boolean }>();
  for await (const run of client.workflow.list({ query: "WorkflowType = 'riverRun'", pageSize: 100 })) {
    const { workflowId, startTime, status } = run;
    if (!runs.has(workflowId))
      runs.set(workflowId, {
        workflowId,
        startedAt: startTime.toISOString(),
        isOpen: status.name === 'RUNNING',
      });
    if (runs.size >= 2 * limit) break;
  }
  return [...runs.values()];
}

async function reportOf(
  temporal: TemporalClient | undefined,
  { result, chunkStates, retries }: BookedRun,
  known: Execution | 'terminated' | undefined,
): Promise<RunReport> {
  const execution = known === 'terminated' ? undefined : known;
  const settled = withStatus(result, known === 'terminated' ? known : known?.status);
  if (settled.status !== 'running' || !temporal || !execution) {
    return {
      ...settled,
      chunkStates,
      paused: false,
      progress: null,
      error: null,
      // Without Temporal nobody knows how it stands.
      sentence: settled.status === 'running' ? '' : endSentence(settled),
      retried: [],
      retries,
      startsBehind: 0,
    };
  }
  return { ...settled, chunkStates, error: null, retries, ...(await underWay(temporal, execution)) };
}

/** What a report says of a run that is under way. */
async function underWay(
  temporal: TemporalClient,
  execution: Execution,
): Promise<
  Pick<
    RunReport,
    'paused' | 'progress' | 'sentence' | 'noWorkerSince' | 'unansweredSince' | 'retried' | 'startsBehind'
  >
> {
  const [{ progress, noWorkerSince, unansweredSince, retried, sentence }, behind] = await Promise.all([
    viewRun(temporal.client, execution),
    startsBehind(temporal, execution.workflowId),
  ]);
  return {
    paused: execution.paused,
    progress: progress ? nowOf(progress) : null,
    sentence,
    ...(noWorkerSince !== undefined && { noWorkerSince }),
    ...(unansweredSince !== undefined && { unansweredSince }),
    retried,
    startsBehind: behind?.workflowId === execution.workflowId ? behind.starts : 0,
  };
}

function nowOf(progress: NonNullable<RunView['progress']>): RunNow {
  const { state, sentence, pausedSince, waits, waitingUntil, waitingForDataUntil, expectedEnd, windows } =
    progress;
  return {
    state,
    sentence,
    ...(pausedSince !== undefined && { pausedSince }),
    waits,
    waitingUntil,
    ...(waitingForDataUntil && { waitingForDataUntil }),
    expectedEnd,
    windows,
  };
}

/** A run that no manifest knows: not opened yet, or never. Its failure says why. */
async function unopenedRun(temporal: TemporalClient, execution: Execution): Promise<RunReport> {
  const { river, workflowId, firstRunId: runId, status, startedAt, finishedAt } = execution;
  const unopened = buildUnopenedResult({ river, workflowId, runId, status, startedAt, finishedAt });
  const none = { chunkStates: [], error: null, retries: [] };
  if (status === 'running') return { ...unopened, ...none, ...(await underWay(temporal, execution)) };
  const ended = { ...none, paused: false, progress: null, retried: [], startsBehind: 0 };
  const end =
    status === 'failed' || status === 'succeeded'
      ? await endOfRun(temporal.client.workflow.getHandle<typeof riverRun>(workflowId))
      : undefined;
  // Of one whose warehouse is missing Temporal has the result.
  const result =
    end?.end === 'failed' || end?.end === 'succeeded' ? { ...unopened, ...end.result } : unopened;
  const error = end?.end === 'failed' ? `${end.kind}: ${end.message}` : null;
  return { ...result, ...ended, error, sentence: endSentence(result, error) };
}

/** The manifest's word holds, but for a run that it believes to be under way and Temporal knows to have ended. */
const withStatus = (result: RunResult, status: RunStatus | undefined): RunResult =>
  result.status === 'running' && status !== undefined ? { ...result, status } : result;
