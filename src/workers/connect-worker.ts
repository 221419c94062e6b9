import { Client } from '@temporalio/client';
import {
  DefaultLogger,
  GracefulShutdownPeriodExpiredError,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
} from '@temporalio/worker';
import { checkNamespace, type PlainTemporal, temporalOptions } from '#control/connect-temporal';
import { type TemporalPlace, temporalUnavailable, toTemporalFailure } from '#control/failure-of-temporal';
import { registerSearchAttributes } from '#control/search-attributes';

/** The connection of a worker to Temporal, and a client that shares it. */
export interface WorkerConnection extends TemporalPlace {
  readonly connection: NativeConnection;
  readonly client: Client;
}

/** Connects to Temporal, checks that the namespace exists, and registers River's search attributes if that is permitted. */
export async function connectWorker(
  plain: PlainTemporal | undefined,
  say: (line: string) => void,
): Promise<WorkerConnection> {
  const { connectionOptions, namespace } = temporalOptions(plain);
  const place = { address: connectionOptions.address, namespace };
  // From here on the process does not end by itself until its last connection is closed.
  installRuntime();
  const connection = await NativeConnection.connect(connectionOptions).catch((error: unknown) => {
    const failure = toTemporalFailure(error, place);
    throw failure === error ? temporalUnavailable(place.address, error) : failure;
  });
  try {
    await checkNamespace(connection, place);
    await registerSearchAttributes(connection, namespace).catch((error: unknown) =>
      say(explainUnregistered(error)),
    );
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { ...place, connection, client: new Client({ connection, namespace }) };
}

/** The worker may lack the permission, or the server may allow no more attributes: runs load all the same. */
function explainUnregistered(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `River's search attributes could not be registered (${why}): runs cannot be searched by them. \`river check\` says how to register them.`;
}

let installed = false;

/**
 * Sets up the SDK, once in a process: warnings go to standard error (or to `write`), one line each. Signals are left to the
 * command, which drains its worker first and then closes the rest in order.
 */
export function installRuntime(write: (line: string) => void = (line) => process.stderr.write(line)): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta = {} }) => {
      const text = meta.target === workflowTasks && level === 'WARN' ? describeReplayFailure(meta) : message;
      // The command says it in its own words.
      if (text === undefined || meta.error instanceof GracefulShutdownPeriodExpiredError) return;
      const facts = Object.entries(meta).filter(([name]) => shown.has(name));
      write(
        `${new Date().toISOString()} ${level} ${text}${facts.map(([name, value]) => ` ${name}=${String(value)}`).join('')}\n`,
      );
    }),
    telemetryOptions: {
      logging: {
        forward: {},
        filter: `${makeTelemetryFilterString({ core: 'ERROR' })},${workflowTasks}=WARN`,
      },
    },
  });
}

/** The metadata of a log entry that is shown: where it happened. */
const shown = new Set(['workflowId', 'workflowType', 'activityType', 'activityId', 'attempt', 'error']);

/** The log target of the SDK's core for workflow tasks: it warns of a failed replay, and of much that recovers by itself. */
const workflowTasks = 'temporalio_sdk_core::worker::workflow';

/** The sentence for a failed replay; undefined for everything else. */
function describeReplayFailure({
  failure,
  run_id: runId,
}: Readonly<Record<string, unknown>>): string | undefined {
  const [, why] = /message: "(\[TMPRL1100\][^"]*)"/.exec(String(failure)) ?? [];
  return why === undefined
    ? undefined
    : `This version cannot replay the history of run ${runId}, which another version has written. The run waits for a worker of a version that can, usually a newer one. ${why}`;
}
