import { Worker } from '@temporalio/worker';
import { createActivities } from '#activities/index';
import type { ActivityPorts, Configurations } from '#activities/ports';
import { activitiesAtOnce } from '#activities/slots';
import { checkedEveryMs } from '#config/watch-configuration';
import type { PlainTemporal } from '#control/connect-temporal';
import { createReserve } from '#control/shared-budget';
import { taskQueue } from '#domain/run/temporal-names';
import type { WarehouseOptions } from '#warehouse/open-warehouse';
import { logActivities } from './activity-log.ts';
import { connectWorker } from './connect-worker.ts';
import { connectionsInUse, rereadSecretsOnRefusal } from './connections-in-use.ts';
import { postJson } from './post-json.ts';
import { createTemporalRuns } from './temporal-runs.ts';
import { warehousesInUse } from './warehouses-in-use.ts';
import { workflowCode } from './workflow-code.ts';

export interface RunningWorker {
  /** Settles when the worker has stopped and closed everything, for whatever reason. */
  readonly done: Promise<void>;
  /** Drains the worker: calls in flight end, other workers take over the rest. */
  stop(): void;
}

export interface WorkerOptions {
  readonly configurations: Configurations;
  /** The address of Temporal; default: from the environment. */
  readonly temporal?: PlainTemporal;
  /** Called with each line for the person who runs the worker. */
  readonly say?: (line: string) => void;
  /** Called with each line about what the worker has done: runs that it opened and closed, chunks that it loaded. */
  readonly log?: (line: string) => void;
  /** Called at each step of a commit, inside its transaction. For tests, which kill the process there. */
  readonly onCommitStep?: WarehouseOptions['onStep'];
  /** When a warehouse that cannot be written to is tried again. For tests, which cannot wait minutes. */
  readonly writeGates?: ActivityPorts['writeGates'];
}

/** An activity does not wait longer for a database that others lock: the run says what it waits for, and tries again. */
const busyAtMostMs = 12_000;
/** How long a stopped worker waits for steps under way. To close what hangs takes some seconds more, and orchestrators often kill a process after 30 s. */
const shutdownSeconds = 20;

/** Starts one worker. Any number of them, in any number of processes, share the work of one queue. */
export async function startWorker({
  configurations,
  temporal,
  say = () => {},
  log = () => {},
  onCommitStep,
  writeGates,
}: WorkerOptions): Promise<RunningWorker> {
  const workflowBundle = await workflowCode();
  const connected = await connectWorker(temporal, say);
  const { connection, client } = connected;
  const current = () => configurations.current();
  // Read before the worker says that it works: what is changed from then on is a change.
  await current().catch(() => {});
  const warehouses = warehousesInUse(current, {
    busyAtMostMs,
    ...(onCommitStep && { onStep: onCommitStep }),
    onOtherVersion: (_name, { message }) =>
      say(`${message} This worker leaves that work to workers of that version. Update it.`),
    settingAgain: async ({ name }) => (await configurations.readSecretsAgain()).warehouses.get(name),
  });
  const connections = connectionsInUse(current, (name) => createReserve(client, name));
  const draining = new AbortController();
  let stoppedAt: number | undefined;
  const worker = await Worker.create({
    connection,
    namespace: connected.namespace,
    taskQueue,
    workflowBundle,
    activities: logActivities(
      log,
      createActivities({
        configurations,
        runs: createTemporalRuns(client, connected),
        draining: draining.signal,
        writeGates,
        warehouse: (name) => warehouses.get(name),
        optimove: (name) => rereadSecretsOnRefusal(configurations, connections.get, name),
        post: async (url, body, whom) => postJson(url, body, whom, (await current()).findProxy(url.reveal())),
      }),
    ),
    maxConcurrentActivityTaskExecutions: activitiesAtOnce,
    // Each cached workflow takes memory, and the default grows with the heap.
    maxCachedWorkflows: 200,
    // A cancellation arrives with a heartbeat; the default throttle would delay it for 24 s.
    maxHeartbeatThrottleInterval: '2s',
    // A killed worker delays the workflows it had cached for this long (10 s by default).
    stickyQueueScheduleToStartTimeout: '1s',
    // Slices end after their call in flight as soon as the worker drains, not after a grace period.
    shutdownGraceTime: 0,
    shutdownForceTime: `${shutdownSeconds}s`,
  }).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const drained = worker.run().catch((error: unknown) => {
    // The SDK's own error is lost where it then cannot free what the hanging steps still hold.
    const stoppedForMs = stoppedAt === undefined ? 0 : performance.now() - stoppedAt;
    if (stoppedForMs < (shutdownSeconds - 1) * 1_000) throw error;
    say(
      `Some steps did not end within ${shutdownSeconds} s, for example because a warehouse does not answer. Another worker repeats them.`,
    );
  });
  // A fault in a changed file is told when it is made, not when the next run needs the file.
  const looking = setInterval(() => void current().catch(() => {}), checkedEveryMs / 2);
  looking.unref();
  const done = drained.finally(async () => {
    clearInterval(looking);
    await connections.close();
    await warehouses.close();
    await connection.close();
  });
  return {
    done,
    stop: () => {
      stoppedAt ??= performance.now();
      draining.abort();
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}
