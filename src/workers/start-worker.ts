import { Worker } from '@temporalio/worker';
import { createActivities } from '#activities/index';
import type { ActivityPorts, Configurations } from '#activities/ports';
import { activitiesAtOnce } from '#activities/slots';
import type { PlainTemporal } from '#control/connect-temporal';
import { createReserve } from '#control/shared-budget';
import { taskQueue } from '#domain/run/temporal-names';
import type { WarehouseOptions } from '#warehouse/open-warehouse';
import { connectionsInUse } from './connections-in-use.ts';
import { enterTemporal } from './enter-temporal.ts';
import { postJson } from './post-json.ts';
import { readingSecretsAgain } from './read-secrets-again.ts';
import { runsOfTemporal } from './runs-of-temporal.ts';
import { warehousesInUse } from './warehouses-in-use.ts';
import { workflowCode } from './workflow-code.ts';

export interface RunningWorker {
  /** Settles when the worker has stopped and let go of everything, however that came. */
  readonly done: Promise<void>;
  /** Drains: calls in flight end, the rest is left to other workers. */
  stop(): void;
}

export interface WorkerOptions {
  readonly configurations: Configurations;
  /** Where Temporal is; read from the environment where left out. */
  readonly temporal?: PlainTemporal;
  /** Hears what a person should know. */
  readonly say?: (line: string) => void;
  /** Hears of each step of a commit, inside its transaction. For tests, which kill the process there. */
  readonly onCommitStep?: WarehouseOptions['onStep'];
  /** When a warehouse that takes nothing is tried again. For tests: they have no minutes. */
  readonly writeGates?: ActivityPorts['writeGates'];
}

/** A run says what it waits for, and comes again: what others keep from writing here need not be waited for inside an activity. */
const busyAtMostMs = 12_000;

/** Starts one worker. Any number of them, in any number of processes, share the work of one queue. */
export async function startWorker({
  configurations,
  temporal,
  say = () => {},
  onCommitStep,
  writeGates,
}: WorkerOptions): Promise<RunningWorker> {
  const workflowBundle = await workflowCode();
  const way = await enterTemporal(temporal, say);
  const { connection, client } = way;
  const current = () => configurations.current();
  const warehouses = warehousesInUse(current, {
    busyAtMostMs,
    ...(onCommitStep && { onStep: onCommitStep }),
    onOtherVersion: (_name, { message }) =>
      say(`${message} This worker leaves what concerns it to workers of that version. Update it.`),
    settingAgain: async ({ name }) => (await configurations.readSecretsAgain()).warehouses.get(name),
  });
  const connections = connectionsInUse(current, (name) => createReserve(client, name));
  const draining = new AbortController();
  const worker = await Worker.create({
    connection,
    namespace: way.namespace,
    taskQueue,
    workflowBundle,
    activities: createActivities({
      configurations,
      runs: runsOfTemporal(client, way),
      draining: draining.signal,
      writeGates,
      warehouse: (name) => warehouses.get(name),
      optimove: (name) => readingSecretsAgain(configurations, connections.get, name),
      post: async (url, body, whom) => postJson(url, body, whom, (await current()).proxyOf(url.reveal())),
    }),
    maxConcurrentActivityTaskExecutions: activitiesAtOnce,
    // Each cached workflow costs memory, and the default grows with the heap.
    maxCachedWorkflows: 200,
    // A cancellation comes back on a heartbeat; the default throttle would hold it up for 24 s.
    maxHeartbeatThrottleInterval: '2s',
    // A worker that was killed holds up a workflow that it had cached for this long (10 s by default).
    stickyQueueScheduleToStartTimeout: '1s',
    // Slices end after their call in flight as soon as the worker drains, not when a grace time has passed.
    shutdownGraceTime: 0,
    shutdownForceTime: '30s',
  }).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const done = worker.run().finally(async () => {
    await connections.close();
    await warehouses.close();
    await connection.close();
  });
  return {
    done,
    stop: () => {
      draining.abort();
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}
