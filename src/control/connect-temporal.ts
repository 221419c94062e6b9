import { connect } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ConfigurationError, TemporalUnavailableError } from '#domain/errors';
import { defaultTemporalAddress } from '#domain/run/temporal-names';
import { type TemporalPlace, temporalUnavailable, toTemporalFailure } from './failure-of-temporal.ts';

const connectTimeout = '5s';
/** gRPC for Node would use a lower-case https_proxy, a worker's gRPC does not: both connect directly. */
const channelArgs = { 'grpc.enable_http_proxy': 0 };
const answerWithinMs = 5_000;

export interface TemporalClient extends TemporalPlace {
  readonly client: Client;
  close(): Promise<void>;
}

/** A server without keys or TLS, such as one that was started here. */
export type PlainTemporal = TemporalPlace;

/** Address, namespace, key, TLS: those given, or read as Temporal's own tools read them (environment, then profile). */
export function temporalOptions(plain?: PlainTemporal) {
  if (plain) return { connectionOptions: { address: plain.address }, namespace: plain.namespace };
  const { connectionOptions, namespace } = ownSettings();
  return {
    connectionOptions: { ...connectionOptions, address: connectionOptions.address ?? defaultTemporalAddress },
    namespace: namespace ?? 'default',
  };
}

function ownSettings() {
  try {
    return loadClientConnectConfig();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError(
      `Temporal's own settings cannot be read: ${why}. Check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the TLS variables.`,
      { cause },
    );
  }
}

/** Connects, or says within seconds what is wrong: connection refused, no such namespace, access denied. */
export async function connectTemporal(plain?: PlainTemporal): Promise<TemporalClient> {
  const { connectionOptions, namespace } = temporalOptions(plain);
  const place = { address: connectionOptions.address, namespace };
  if (!(await mayBeListening(place.address))) throw temporalUnavailable(place.address, undefined);
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout, channelArgs }).catch(
    (error: unknown) => {
      const failure = toTemporalFailure(error, place);
      throw failure === error ? temporalUnavailable(place.address, error) : failure;
    },
  );
  try {
    await checkNamespace(connection, place);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { client: new Client({ connection, namespace }), ...place, close: () => connection.close() };
}

/** Throws where the namespace does not exist: everything else would fail in it, each in another way. */
export async function checkNamespace(
  connection: Pick<Connection, 'workflowService' | 'withDeadline'>,
  place: TemporalPlace,
): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + answerWithinMs, () =>
      connection.workflowService.describeNamespace({ namespace: place.namespace }),
    );
  } catch (error) {
    throw toTemporalFailure(error, place);
  }
}

/** Connects, hands Temporal to `work`, and closes the connection. A failure of Temporal in between becomes a sentence. */
export async function withTemporal<T>(
  work: (temporal: TemporalClient) => Promise<T>,
  plain?: PlainTemporal,
): Promise<T> {
  return useAndClose(await connectTemporal(plain), work);
}

/** The same where Temporal can be reached; where it cannot, `work` does without it, and is told why. */
export async function withTemporalIfThere<T>(
  work: (temporal: TemporalClient | undefined, whyNone?: TemporalUnavailableError) => Promise<T>,
): Promise<T> {
  const temporal = await connectTemporal().catch((error: unknown) => {
    if (error instanceof TemporalUnavailableError) return error;
    throw error;
  });
  return temporal instanceof TemporalUnavailableError
    ? work(undefined, temporal)
    : useAndClose(temporal, work);
}

async function useAndClose<T>(
  temporal: TemporalClient,
  work: (temporal: TemporalClient) => Promise<T>,
): Promise<T> {
  try {
    return await work(temporal);
  } catch (error) {
    throw toTemporalFailure(error, temporal);
  } finally {
    await temporal.close();
  }
}

/** `127.0.0.1:7233`, `localhost:7233`, `[::1]:7233`. */
const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):(\d+)$/;

/**
 * Whether a process listens at an address of this machine: gRPC retries a refused connection until its timeout,
 * and a person who has only forgotten to start Temporal should not wait that long. True for any other address, which may be
 * reached through a proxy.
 */
export async function mayBeListening(address: string): Promise<boolean> {
  const [, host, port] = loopback.exec(address) ?? [];
  if (host === undefined || Number(port) > 65_535) return true;
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ''), port: Number(port) });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
