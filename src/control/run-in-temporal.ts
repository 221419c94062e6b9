import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { pausedMemo } from '#domain/run/paused-intervals';
import { type Beat, progressAt, type RetriedStep, type RunProgress } from '#domain/run/progress';
import type { RunStatus } from '#domain/run/run-result';
import { runSentence, timeText } from '#domain/run/sentences';
import { taskQueue } from '#domain/run/temporal-names';

/** A run as Temporal has it. */
export interface Execution extends Beat {
  readonly workflowId: string;
  readonly status: RunStatus;
  readonly paused: boolean;
  readonly firstRunId: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly river: string;
  /** Steps that have failed and are retried. */
  readonly retried: readonly RetriedStep[];
  /** When its first task is due, where that is still to come: a delayed start, or one of a cron workflow; ISO 8601. */
  readonly beginsAt?: string;
  /** When a worker last reported for it, ISO 8601; null where none has. */
  readonly heardAt: string | null;
}

/** A run under way, by what it reports itself and by what Temporal knows. */
export interface RunView extends Beat {
  /** What it reports; undefined where no worker answers the query. */
  readonly progress: RunProgress | undefined;
  /** Since when no worker has reported; null where none ever has, left out where one does. */
  readonly noWorkerSince?: string | null;
  readonly retried: readonly RetriedStep[];
  readonly sentence: string;
}

const statusOfTemporal: Readonly<Record<string, RunStatus>> = {
  RUNNING: 'running',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
};

/** The newest run of a workflow id; undefined where Temporal has none. */
export async function describeRun(client: Client, workflowId: string): Promise<Execution | undefined> {
  try {
    return await readExecution(await client.workflow.getHandle(workflowId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function readExecution(description: WorkflowExecutionDescription): Promise<Execution> {
  const { workflowId, status, raw, startTime, executionTime, closeTime, staticSummary, memo } = description;
  const isDelayed = status.name === 'RUNNING' && executionTime !== undefined && executionTime > new Date();
  const pending = raw.pendingActivities ?? [];
  return {
    workflowId,
    status: statusOfTemporal[status.name] ?? 'running',
    paused: status.name === 'RUNNING' && memo?.[pausedMemo] === true,
    firstRunId: raw.workflowExecutionInfo?.firstRunId ?? '',
    startedAt: startTime.toISOString(),
    ...(isDelayed && { beginsAt: executionTime.toISOString() }),
    finishedAt: closeTime?.toISOString() ?? null,
    river: (await staticSummary?.())?.replace(/^River /, '') ?? '',
    retried: retriedSteps(pending),
    ...longestBeat(pending),
    heardAt: toIso(
      latest(
        pending.flatMap(({ lastHeartbeatTime, lastStartedTime }) => [lastHeartbeatTime, lastStartedTime]),
      ),
    ),
  };
}

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Timestamp = PendingActivity['lastHeartbeatTime'];

/** One of each step, the one whose retry comes first: slices often fail together. */
function retriedSteps(pending: readonly PendingActivity[]): RetriedStep[] {
  const steps = new Map<string, RetriedStep>();
  for (const { activityType, attempt, lastFailure, nextAttemptScheduleTime } of pending) {
    if (Number(attempt) < 2 || !lastFailure) continue;
    const step = activityType?.name ?? '';
    const nextAt = toIso(toMs(nextAttemptScheduleTime));
    const kind = lastFailure.applicationFailureInfo?.type;
    const error = `${kind ? `${kind}: ` : ''}${lastFailure.message ?? ''}`;
    // During a try `attempt` already counts it.
    const one = { step, error, tries: Number(attempt) - (nextAt === null ? 0 : 1), nextAt };
    const other = steps.get(step);
    if (!other || (one.nextAt ?? '') < (other.nextAt ?? '')) steps.set(step, one);
  }
  return [...steps.values()];
}

/** Of the heartbeats what has waited longest; a heartbeat of an earlier attempt says nothing about this one. */
function longestBeat(pending: readonly PendingActivity[]): Beat {
  const beats = pending
    .filter(({ lastHeartbeatTime, lastStartedTime }) => {
      const startedAt = toMs(lastStartedTime);
      return startedAt !== null && (toMs(lastHeartbeatTime) ?? 0) >= startedAt;
    })
    .flatMap(({ heartbeatDetails }) => heartbeatDetails?.payloads?.[0] ?? [])
    .flatMap((payload) => defaultPayloadConverter.fromPayload<Beat | undefined>(payload) ?? []);
  const [unansweredSince] = beats.flatMap((beat) => beat.unansweredSince ?? []).sort();
  const [lock] = beats
    .flatMap((beat) => beat.lock ?? [])
    .sort((one, other) => (one.since < other.since ? -1 : 1));
  const windows = beats.find((beat) => beat.windows && beat.windows.length > 0)?.windows;
  return {
    ...(unansweredSince !== undefined && { unansweredSince }),
    ...(lock && { lock }),
    ...(windows && { windows }),
  };
}

/** A running worker reports at least this often: it sends heartbeats every 2 s, and polls again within a minute. */
const heardWithinMs = 10_000;

/** What a run under way does and waits for, and whether a worker works on it. */
export async function viewRun(client: Client, execution: Execution): Promise<RunView> {
  const { workflowId, paused, retried, unansweredSince, lock, windows } = execution;
  const beat: Beat = { ...(unansweredSince !== undefined && { unansweredSince }), ...(lock && { lock }) };
  const { beginsAt } = execution;
  if (beginsAt !== undefined)
    return { progress: undefined, retried, sentence: `It begins at ${timeText(beginsAt)}.` };
  const progress = await queryProgress(client, workflowId);
  if (progress) {
    // A slice that waits is reported by its run already, in more detail.
    const others = retried.filter(({ step }) => step !== 'pullSlice' || progress.waits.length === 0);
    // When the other session ends is not known.
    const expectedEnd = lock ? null : progress.expectedEnd;
    const sentence = runSentence({ ...progress, expectedEnd, ...beat, retried: others, workflowId });
    const told = { ...progress, expectedEnd, sentence, windows: windows ?? progress.windows };
    return { progress: told, ...beat, retried: others, sentence };
  }
  const heardAt = findLatest([execution.heardAt, await workerHeardAt(client)]);
  const isSilent = heardAt === null || Date.now() - Date.parse(heardAt) > heardWithinMs;
  const nothing = { waits: [], waitingUntil: null, expectedEnd: null };
  const state = paused ? 'paused' : 'pulling';
  const silence = isSilent ? { noWorkerSince: heardAt } : {};
  const sentence = isSilent
    ? runSentence({ state, ...nothing, ...silence, retried, workflowId })
    : 'Its worker has not answered within 5 s.';
  return { progress: undefined, ...silence, retried, sentence };
}

/** When a worker last polled, as far as Temporal knows. */
async function workerHeardAt(client: Client): Promise<string | null> {
  const asked = await Promise.all(
    [1, 2].map((taskQueueType) =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
      }),
    ),
  );
  const pollers = asked.flatMap((answer) => answer.pollers ?? []);
  return toIso(latest(pollers.map(({ lastAccessTime }) => lastAccessTime)));
}

const latest = (times: readonly Timestamp[]): number | null => {
  const known = times.map(toMs).filter((ms) => ms !== null);
  return known.length === 0 ? null : Math.max(...known);
};

const findLatest = (instants: readonly (string | null)[]): string | null =>
  instants
    .filter((instant) => instant !== null)
    .sort()
    .at(-1) ?? null;

const toMs = (time: Timestamp): number | null =>
  time == null ? null : Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);

const toIso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const answerWithinMs = 5_000;

/** Queries a run's progress; undefined where the run has closed meanwhile, or no worker answers. */
export async function queryProgress(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<RunProgress | undefined> {
  try {
    const progress = await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(workflowId, runId).query<RunProgress, []>('progress'),
    );
    return progressAt(progress, Date.now());
  } catch {
    return undefined;
  }
}
