import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type {
  CloseRunRequest,
  OpenedRun,
  RunActivities,
  SliceOutcome,
  SliceRequest,
} from '#activities/contract';
import type { RunResult } from '#domain/run/run-result';
import { taskQueue } from '#domain/run/temporal-names';
import { workflowCode } from '#workers/workflow-code';
import type { riverRun } from '#workflows/index';
import './share-workflow-thread.ts';
import { type TemporalCorner, withTemporal } from './temporal.ts';

const river = 'faked';
const chunk = { key: '2026-01-01/2026-01-01', start: '2026-01-01', end: '2026-01-01' } as const;

/** A run of one chunk with the slices `a` and `b`, opened. */
const opened = (workflowId: string, runId: string): OpenedRun => ({
  run: { runId, workflowId, river, report: 'customers', connection: 'main', warehouse: 'prod' },
  period: { start: chunk.start, end: chunk.end },
  chunks: 1,
  readsLists: false,
  dataCalls: 2,
  slices: { list: [], data: ['a', 'b'] },
  chunksAtOnce: 2,
  patience: { giveUpAfter: '6h', ms: 6 * 3_600_000 },
  searchAttributes: [],
});

/** Answers as a manifest would that has loaded everything a run did not fail. */
const closed = ({ run, status, error, finishedAt }: CloseRunRequest, loaded: number): RunResult => ({
  river,
  workflowId: run.workflowId,
  runId: run.runId,
  retryOf: null,
  status: status === 'succeeded' && loaded === 0 ? 'failed' : status,
  period: { start: chunk.start, end: chunk.end },
  chunks: { total: 1, loaded, failed: 1 - loaded, skipped: 0 },
  rows: 10 * loaded,
  calls: 2 * loaded,
  failedChunks: loaded ? [] : [{ start: chunk.start, end: chunk.end, error: error ?? 'refused' }],
  warnings: [],
  startedAt: null,
  finishedAt,
  callCounts: null,
});

export const pulled = (slice: string): SliceOutcome => ({
  outcome: 'pulled',
  count: { slice, calls: 1, rows: 5 },
  windows: [],
});

/** What an activity answers that its workflow has cancelled: what it has in flight is staged, and it stops. */
export async function untilStopped(): Promise<SliceOutcome> {
  const activity = Context.current();
  // A cancellation comes as the answer to a heartbeat.
  const beats = setInterval(() => activity.heartbeat(), 50);
  try {
    await activity.cancelled.catch(() => {});
  } finally {
    clearInterval(beats);
  }
  return { outcome: 'stopped' };
}

export interface FakedRuns extends TemporalCorner {
  start(input?: object): Promise<WorkflowHandle<typeof riverRun>>;
  /** The requests of slices, in the order in which they came. */
  readonly pulls: readonly SliceRequest[];
}

/** Real workflows in a real Temporal, whose activities are these, or do what a run needs to succeed. */
export function withFakedRuns<T>(
  fakes: Partial<RunActivities> & { readonly opening?: Partial<OpenedRun> },
  use: (runs: FakedRuns) => Promise<T>,
): Promise<T> {
  const { opening, ...own } = fakes;
  return withTemporal(async (corner) => {
    const pulls: SliceRequest[] = [];
    let loaded = 0;
    const usual: RunActivities = {
      openRun: async ({ workflowId, runId }) => ({ ...opened(workflowId, runId), ...opening }),
      resolveFreshness: async ({ run }) => opened(run.workflowId, run.runId),
      resolveFilters: async () => ({ dataCalls: 2 }),
      nextChunks: async () => (loaded ? [] : [chunk]),
      beginChunk: async () => ({ state: 'pulling', attempts: 1 }),
      pullSlice: async ({ slice }) => pulled(slice),
      commitChunk: async () => {
        loaded = 1;
        return { outcome: 'loaded', rows: 10, calls: 2 };
      },
      commitOverwrite: async () => ({ outcome: 'replaced' }),
      failChunk: async () => null,
      closeRun: async (request) => closed(request, loaded),
      notifyRun: async () => null,
      notifyRefusal: async () => null,
    };
    const all: RunActivities = { ...usual, ...own };
    const { pullSlice } = all;
    const activities: RunActivities = {
      ...all,
      pullSlice: (request) => {
        pulls.push(request);
        return pullSlice(request);
      },
    };
    const connection = await NativeConnection.connect({ address: corner.address });
    try {
      const worker = await Worker.create({
        connection,
        namespace: corner.namespace,
        taskQueue,
        workflowBundle: await workflowCode(),
        activities,
        maxHeartbeatThrottleInterval: '100ms',
        shutdownGraceTime: '1s',
        shutdownForceTime: '2s',
      });
      const start = (input: object = { river }) =>
        corner.client.workflow.start<typeof riverRun>('riverRun', {
          taskQueue,
          workflowId: randomUUID(),
          args: [input],
        });
      return await worker.runUntil(() => use({ ...corner, start, pulls }));
    } finally {
      await connection.close();
    }
  });
}
