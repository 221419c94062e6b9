import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { checkNamespace, type PlainTemporal, temporalOptions } from '#control/connect-temporal';
import { type TemporalPlace, temporalUnavailable, toTemporalFailure } from '#control/failure-of-temporal';
import { installRuntime } from './install-runtime.ts';
import { registerSearchAttributes } from './services/search-attributes.ts';

/** A worker's way to Temporal, and a client that shares it. */
export interface WayToTemporal extends TemporalPlace {
  readonly connection: NativeConnection;
  readonly client: Client;
}

/** Connects as a worker does, to a namespace that is there, and has River's search attributes registered where that is allowed. */
export async function enterTemporal(
  plain: PlainTemporal | undefined,
  say: (line: string) => void,
): Promise<WayToTemporal> {
  const { connectionOptions, namespace } = temporalOptions(plain);
  const place = { address: connectionOptions.address, namespace };
  // Once it is there, and until its last connection is closed, the process does not end by itself.
  installRuntime();
  const connection = await NativeConnection.connect(connectionOptions).catch((error: unknown) => {
    const failure = toTemporalFailure(error, place);
    throw failure === error ? temporalUnavailable(place.address, error) : failure;
  });
  try {
    await checkNamespace(connection, place);
    await registerSearchAttributes(connection, namespace).catch((error: unknown) => say(unregistered(error)));
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { ...place, connection, client: new Client({ connection, namespace }) };
}

/** A worker may not be let to register, or the server may have no room for more of them: runs load all the same. */
function unregistered(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `River's search attributes could not be registered (${why}): runs are not findable by them. \`river check\` says how to register them.`;
}
