import { Client, Connection, isGrpcDeadlineError, type WorkflowClientInterceptor } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { registerSearchAttributes } from '#control/search-attributes';
import { startTemporalServer, type TemporalServer } from '#workers/services/temporal-server';

/** A corner of a Temporal server that no other test sees. */
export interface TemporalCorner {
  readonly address: string;
  /** The Web UI of the server; the corner's pages are below `/namespaces/<namespace>`. */
  readonly uiUrl: string;
  readonly namespace: string;
  readonly client: Client;
  /** What a started command line finds it by. */
  readonly env: { readonly TEMPORAL_ADDRESS: string; readonly TEMPORAL_NAMESPACE: string };
}

/** A server that corners of this process share. */
interface SharedServer {
  readonly started: Promise<TemporalServer>;
  /** Corners it has had, and those that are open. */
  had: number;
  open: number;
}

/**
 * What happens in a namespace leaves some 9,000 metrics in the server, which goes through all of them once a second: with
 * the corners of a whole run it would do little else.
 */
const cornersOfServer = 20;
/** Task queues with one partition: a server of four forwards most tasks to the one that is polled. */
export const onePartition = {
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
};
/** Each test has a namespace, and the server a worker in each, for schedules alone, which few tests need. */
const withoutSchedules = { 'worker.perNamespaceWorkerCount': '0' };

/** The servers that take further corners, by their settings. */
const servers = new Map<string, SharedServer>();
let corners = 0;

/**
 * Gives `use` a new namespace with River's search attributes, and closes the connection after it. With `settings` of
 * the server (by their dynamic-config names) it shares the server with others that have the same.
 */
export async function withTemporal<T>(
  use: (temporal: TemporalCorner) => Promise<T>,
  settings: Readonly<Record<string, string>> = withoutSchedules,
): Promise<T> {
  const key = JSON.stringify(settings);
  const server = await enter(key, settings);
  try {
    const { address, uiUrl = '' } = await server.started;
    return await withCorner({ address, uiUrl }, use);
  } finally {
    server.open -= 1;
    if (servers.get(key) !== server) await stopIfEmpty(server);
  }
}

async function enter(key: string, settings: Readonly<Record<string, string>>): Promise<SharedServer> {
  // Besides the server of most tests one of special settings is kept: those who share it are in one file.
  const isLeft = (name: string, { had }: SharedServer) =>
    name === key ? had >= cornersOfServer : ![key, JSON.stringify(withoutSchedules)].includes(name);
  const left = [...servers].filter(([name, server]) => isLeft(name, server));
  for (const [name] of left) servers.delete(name);
  const server = servers.get(key) ?? { started: start(settings), had: 0, open: 0 };
  server.had += 1;
  server.open += 1;
  servers.set(key, server);
  server.started.catch(() => {
    // The next test tries again.
    if (servers.get(key) === server) servers.delete(key);
  });
  await Promise.all(left.map(([, old]) => stopIfEmpty(old)));
  return server;
}

/** It ends with this process at the latest. */
const start = (dynamicConfig: Readonly<Record<string, string>>): Promise<TemporalServer> =>
  startTemporalServer({
    ui: true,
    dynamicConfig: { ...onePartition, ...dynamicConfig },
    cli: process.env.TEMPORAL_CLI,
  });

/** On a busy machine the worker may be too late for the server, which gives a query ten seconds: it is asked again. */
const patientQueries: WorkflowClientInterceptor = {
  async query(input, next) {
    for (;;) {
      try {
        return await next(input);
      } catch (error) {
        if (!isGrpcDeadlineError(error)) throw error;
      }
    }
  },
};

async function stopIfEmpty({ open, started }: SharedServer): Promise<void> {
  if (open === 0)
    await started.then(
      (server) => server.stop(),
      () => {},
    );
}

async function withCorner<T>(
  { address, uiUrl }: { readonly address: string; readonly uiUrl: string },
  use: (temporal: TemporalCorner) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    corners += 1;
    const namespace = `test-${process.pid}-${corners}-${Date.now().toString(36)}`;
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await registerSearchAttributes(connection, namespace);
    const client = new Client({ connection, namespace, interceptors: { workflow: [patientQueries] } });
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    return await use({ address, uiUrl, namespace, client, env });
  } finally {
    await connection.close();
  }
}
