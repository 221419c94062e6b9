import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { TemporalUnavailableError } from '../domain/errors.ts';

/** Where Temporal's own tools look when nothing is said. */
export const defaultTemporalAddress = '127.0.0.1:7233';

const connectTimeout = '5s';

export interface TemporalClient {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

/** A server without keys or TLS, such as one that was started here. */
export interface PlainTemporal {
  readonly address: string;
  readonly namespace: string;
}

/** Address, namespace, key, TLS: those given, else read as Temporal's own tools read them (environment, then profile). */
export function temporalOptions(plain?: PlainTemporal) {
  if (plain) return { connectionOptions: { address: plain.address }, namespace: plain.namespace };
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    connectionOptions: { ...connectionOptions, address: connectionOptions.address ?? defaultTemporalAddress },
    namespace: namespace ?? 'default',
  };
}

/** Connects, or says within seconds with the address that nobody answers there. */
export async function connectTemporal(plain?: PlainTemporal): Promise<TemporalClient> {
  const { connectionOptions, namespace } = temporalOptions(plain);
  const { address } = connectionOptions;
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout });
    return {
      client: new Client({ connection, namespace }),
      address,
      namespace,
      close: () => connection.close(),
    };
  } catch (cause) {
    throw temporalUnavailable(address, cause);
  }
}

/** Temporal where it is there; undefined where nobody answers. */
export async function connectTemporalIfThere(): Promise<TemporalClient | undefined> {
  try {
    return await connectTemporal();
  } catch (error) {
    if (error instanceof TemporalUnavailableError) return undefined;
    throw error;
  }
}

export const temporalUnavailable = (address: string, cause: unknown): TemporalUnavailableError =>
  new TemporalUnavailableError(
    `Temporal cannot be reached at ${address}. Start it (\`river dev\` starts one with all else), or set TEMPORAL_ADDRESS.`,
    { facts: { address }, cause },
  );
