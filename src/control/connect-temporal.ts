import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ConfigurationError, TemporalUnavailableError } from '#domain/errors';
import { failureOfTemporal, type TemporalPlace, temporalUnavailable } from './failure-of-temporal.ts';
import { mayBeListening } from './may-be-listening.ts';

/** Where Temporal's own tools look when nothing is said. */
export const defaultTemporalAddress = '127.0.0.1:7233';

const connectTimeout = '5s';
/** gRPC for Node would take a lower-case https_proxy for itself; a worker's does not, and both go one way: straight. */
const channelArgs = { 'grpc.enable_http_proxy': 0 };
const answerWithinMs = 5_000;

export interface TemporalClient extends TemporalPlace {
  readonly client: Client;
  close(): Promise<void>;
}

/** A server without keys or TLS, such as one that was started here. */
export type PlainTemporal = TemporalPlace;

/** Address, namespace, key, TLS: those given, else read as Temporal's own tools read them (environment, then profile). */
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

/** Connects, or says within seconds what is wrong there: nobody answers, no such namespace, not let in. */
export async function connectTemporal(plain?: PlainTemporal): Promise<TemporalClient> {
  const { connectionOptions, namespace } = temporalOptions(plain);
  const place = { address: connectionOptions.address, namespace };
  if (!(await mayBeListening(place.address))) throw temporalUnavailable(place.address, undefined);
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout, channelArgs }).catch(
    (error: unknown) => {
      const failure = failureOfTemporal(error, place);
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

/** Refuses a namespace that is not there: what is done in it would fail in many ways. */
export async function checkNamespace(
  connection: Pick<Connection, 'workflowService' | 'withDeadline'>,
  place: TemporalPlace,
): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + answerWithinMs, () =>
      connection.workflowService.describeNamespace({ namespace: place.namespace }),
    );
  } catch (error) {
    throw failureOfTemporal(error, place);
  }
}

/** Connects, hands Temporal to `work`, and lets go of it again. What Temporal fails with meanwhile becomes a sentence. */
export async function withTemporal<T>(
  work: (temporal: TemporalClient) => Promise<T>,
  plain?: PlainTemporal,
): Promise<T> {
  return letWork(await connectTemporal(plain), work);
}

/** The same where Temporal is there; where nobody answers, `work` has to do without, and is told why. */
export async function withTemporalIfThere<T>(
  work: (temporal: TemporalClient | undefined, whyNone?: TemporalUnavailableError) => Promise<T>,
): Promise<T> {
  const temporal = await connectTemporal().catch((error: unknown) => {
    if (error instanceof TemporalUnavailableError) return error;
    throw error;
  });
  return temporal instanceof TemporalUnavailableError ? work(undefined, temporal) : letWork(temporal, work);
}

async function letWork<T>(
  temporal: TemporalClient,
  work: (temporal: TemporalClient) => Promise<T>,
): Promise<T> {
  try {
    return await work(temporal);
  } catch (error) {
    throw failureOfTemporal(error, temporal);
  } finally {
    await temporal.close();
  }
}
