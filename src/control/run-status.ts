import {
  ConfigurationError,
  isMisconfigured,
  TemporalUnavailableError,
  WarehouseUnavailableError,
} from '#domain/errors';
import { closest } from '#domain/river/closest';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RetriedStep, RunNow, TableLock } from '#domain/run/progress';
import type { ChunkStatus, RetryOfRun, RunResult, RunStatus } from '#domain/run/run-result';
import { endSentence } from '#domain/run/sentences';
import type { riverRun } from '#workflows/index';
import type { TemporalClient } from './connect-temporal.ts';
import type { ManifestRun, Manifests, MissingWarehouse } from './manifests.ts';
import { waitForEnd } from './run-end.ts';
import { describeRun, type Execution, type RunView, viewRun } from './run-in-temporal.ts';
import { findStartsBehind } from './schedules/known-schedules.ts';

/** A run's result, chunk by chunk. */
export type RunReport = RunResult & {
  readonly chunkStates: readonly ChunkStatus[];
  /** Whether the run is under way and was asked to pause. */
  readonly paused: boolean;
  /** What it does and waits for, while it is under way and a worker answers; else null. */
  readonly progress: RunNow | null;
  /** Why a run failed before it was opened, such as one whose input was refused; else null. */
  readonly error: string | null;
  /** What it does and waits for, or how it has ended, as a sentence. */
  readonly sentence: string;
  /** Since when no worker has reported, while the run is under way; left out where one does. */
  readonly noWorkerSince?: string | null;
  /** Since when a call has been waiting for its answer, if that is long. */
  readonly unansweredSince?: string;
  /** The lock of another session that a commit waits for. */
  readonly lock?: TableLock;
  /** Steps that have failed and are retried, as Temporal knows them. */
  readonly retried: readonly RetriedStep[];
  /** The runs that have retried it, the oldest first. */
  readonly retries: readonly RetryOfRun[];
  /** Starts of its schedule that wait until it has ended. */
  readonly startsBehind: number;
};

/**
 * One run, chunk by chunk. The manifest says what was loaded; Temporal, if it can be reached, whether the run is still under way:
 * a run that was terminated could not write its end into the manifest.
 */
export async function runStatus(
  temporal: TemporalClient | undefined,
  manifests: Manifests,
  workflowId: string,
): Promise<RunReport> {
  const [recorded, execution] = await Promise.all([
    manifests.find(workflowId),
    temporal && describeRun(temporal.client, workflowId),
  ]);
  if (recorded) {
    const own = execution?.firstRunId === recorded.result.runId ? execution : undefined;
    return buildReport(temporal, recorded, own);
  }
  if (temporal && execution) return reportUnopenedRun(temporal, execution);
  const missing = manifests.missing.find(({ why }) => isMisconfigured(why)) ?? manifests.missing[0];
  if (missing) throw notFoundSoFar(workflowId, missing);
  const behind = temporal && (await findStartsBehind(temporal, workflowId));
  if (behind) {
    const { starts, river } = behind;
    throw new ConfigurationError(
      `There is no run ${workflowId} yet: ${starts} ${starts === 1 ? 'start' : 'starts'} of river ${river} by its schedule ${starts === 1 ? 'is' : 'are'} waiting behind run ${behind.workflowId}.`,
    );
  }
  const guess = guessRun(workflowId, await listKnown(temporal, manifests));
  if (!temporal)
    throw new TemporalUnavailableError(
      `No run ${workflowId} was found so far; it may be in Temporal, which cannot be reached.${guess} Start Temporal, or set TEMPORAL_ADDRESS to its address.`,
    );
  throw new ConfigurationError(
    `There is no run ${workflowId}, in Temporal or in any manifest.${guess} \`river status\` lists the newest.`,
  );
}

/** Asks whether another run was meant; empty where none is similar. */
export function guessRun(workflowId: string, known: Iterable<string>): string {
  const meant = closest(workflowId, known);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}

/** The newest workflow ids, by which a mistyped one is found. */
async function listKnown(temporal: TemporalClient | undefined, manifests: Manifests): Promise<string[]> {
  const recorded = await manifests.list(searched);
  const listed = temporal ? await listNewestInTemporal(temporal, searched) : [];
  return [...listed.map(({ workflowId }) => workflowId), ...recorded.map(({ result }) => result.workflowId)];
}

const searched = 50;

/** The run may be in the warehouse that could not be reached. */
function notFoundSoFar(workflowId: string, { warehouse, why }: MissingWarehouse): Error {
  const Kind = isMisconfigured(why) ? ConfigurationError : WarehouseUnavailableError;
  return new Kind(
    `No run ${workflowId} was found so far; it may be in the warehouse ${warehouse}, which cannot be read. ${why.message}`,
    { cause: why },
  );
}

/**
 * The newest runs of all rivers, including those that wait to be opened and those that never were. Without Temporal: as the
 * manifests have them.
 */
export async function listRuns(
  temporal: TemporalClient | undefined,
  manifests: Manifests,
  limit: number,
): Promise<RunReport[]> {
  if (!temporal) {
    const runs = await manifests.list(limit);
    return Promise.all(runs.map((run) => buildReport(undefined, run, undefined)));
  }
  const { client } = temporal;
  const [recorded, listed] = await Promise.all([
    manifests.list(limit),
    listNewestInTemporal(temporal, limit),
  ]);
  const known = await Promise.all(
    recorded.map(async (run) => {
      const { status, workflowId, runId } = run.result;
      if (status !== 'running') return buildReport(temporal, run, undefined);
      const execution = await describeRun(client, workflowId);
      const own = execution?.firstRunId === runId ? execution : undefined;
      return buildReport(temporal, run, own ?? 'terminated');
    }),
  );
  const oldest = recorded.length < limit ? '' : (recorded.at(-1)?.result.startedAt ?? '');
  const inManifests = new Set(recorded.map(({ result }) => result.workflowId));
  const others = await Promise.all(
    listed
      .filter((run) => !inManifests.has(run.workflowId) && (run.isOpen || run.startedAt > oldest))
      .map(async ({ workflowId }) => {
        const [execution, before] = await Promise.all([
          describeRun(client, workflowId),
          manifests.find(workflowId),
        ]);
        if (!execution) return [];
        const own = before?.result.runId === execution.firstRunId ? before : undefined;
        return [
          own ? await buildReport(temporal, own, execution) : await reportUnopenedRun(temporal, execution),
        ];
      }),
  );
  return [...known, ...others.flat()].sort(newestFirst).slice(0, limit);
}

const newestFirst = (one: RunReport, other: RunReport): number =>
  (other.startedAt ?? '').localeCompare(one.startedAt ?? '');

/** The workflow ids of runs, those under way first, as Temporal lists them. */
export async function listNewestInTemporal({ client }: TemporalClient, limit: number) {
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

async function buildReport(
  temporal: TemporalClient | undefined,
  { result, chunkStates, retries }: ManifestRun,
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
      // Without Temporal its state is not known.
      sentence: settled.status === 'running' ? '' : endSentence(settled),
      retried: [],
      retries,
      startsBehind: 0,
    };
  }
  return { ...settled, chunkStates, error: null, retries, ...(await describeOpenRun(temporal, execution)) };
}

/** The part of a report that only a run under way has. */
async function describeOpenRun(
  temporal: TemporalClient,
  execution: Execution,
): Promise<
  Pick<
    RunReport,
    | 'paused'
    | 'progress'
    | 'sentence'
    | 'noWorkerSince'
    | 'unansweredSince'
    | 'lock'
    | 'retried'
    | 'startsBehind'
  >
> {
  const [{ progress, noWorkerSince, unansweredSince, lock, retried, sentence }, behind] = await Promise.all([
    viewRun(temporal.client, execution),
    findStartsBehind(temporal, execution.workflowId),
  ]);
  return {
    paused: execution.paused,
    progress: progress ? toRunNow(progress) : null,
    sentence,
    ...(noWorkerSince !== undefined && { noWorkerSince }),
    ...(unansweredSince !== undefined && { unansweredSince }),
    ...(lock && { lock }),
    retried,
    startsBehind: behind?.workflowId === execution.workflowId ? behind.starts : 0,
  };
}

function toRunNow(progress: NonNullable<RunView['progress']>): RunNow {
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

/** A run that is in no manifest: not opened yet, or never. Its failure says why. */
async function reportUnopenedRun(temporal: TemporalClient, execution: Execution): Promise<RunReport> {
  const { river, workflowId, firstRunId: runId, status, startedAt, finishedAt } = execution;
  const unopened = buildUnopenedResult({ river, workflowId, runId, status, startedAt, finishedAt });
  const none = { chunkStates: [], error: null, retries: [] };
  if (status === 'running') return { ...unopened, ...none, ...(await describeOpenRun(temporal, execution)) };
  const ended = { ...none, paused: false, progress: null, retried: [], startsBehind: 0 };
  const end =
    status === 'failed' || status === 'succeeded'
      ? await waitForEnd(temporal.client.workflow.getHandle<typeof riverRun>(workflowId))
      : undefined;
  // If its warehouse is missing, Temporal still has its result.
  const result =
    end?.end === 'failed' || end?.end === 'succeeded' ? { ...unopened, ...end.result } : unopened;
  const error = end?.end === 'failed' ? `${end.kind}: ${end.message}` : null;
  return { ...result, ...ended, error, sentence: endSentence(result, error) };
}

/** The manifest's status counts, except where it says running and Temporal knows that the run has ended. */
const withStatus = (result: RunResult, status: RunStatus | undefined): RunResult =>
  result.status === 'running' && status !== undefined ? { ...result, status } : result;
