import { randomUUID } from 'node:crypto';
import type { Configurations, Optimove, OptimoveConnection } from '#activities/ports';
import { createSharedLimiter, type SharedLimiter } from '#budget/limiter';
import { sameSetting } from '#config/build-configuration';
import type { BudgetAnswer, Reservation } from '#domain/budget/reservation';
import type { WindowUse } from '#domain/budget/window';
import { createSeenPages } from '#domain/call/seen-pages';
import { ConfigurationError, CredentialsRefusedError } from '#domain/errors';
import type { Configuration, Connection } from '#domain/river/configuration';
import { createOptimove, type OptimoveClient } from '#optimove/create-optimove';

/** Gives the function that asks the budget of a connection for permits. */
export type ReserveFor = (connection: string) => (request: Reservation) => Promise<BudgetAnswer>;

export interface ConnectionsInUse {
  /** The connection of that name, created once. */
  get(name: string): Promise<OptimoveConnection>;
  /** Returns unused permits. */
  close(): Promise<void>;
}

interface InUse extends OptimoveConnection {
  readonly limiter: SharedLimiter;
  readonly client: OptimoveClient;
}

/**
 * The connections of this process, each with one limiter for all its calls. When its configuration changes, a connection is
 * created again. Its limiter stays, because it holds permits and counts calls in flight; so do the token of a login and the
 * sockets if their settings are the same. Running work makes its next call with the new configuration: a key may have been
 * replaced because the old one is no longer valid.
 */
export function connectionsInUse(
  current: () => Promise<Configuration>,
  reserveFor: ReserveFor,
): ConnectionsInUse {
  const process = randomUUID();
  const inUse = new Map<string, InUse>();

  const get = async (name: string) => {
    const { connections, file } = await current();
    const connection = connections.get(name);
    if (!connection) {
      throw new ConfigurationError(
        `${file} has no connection ${name}; it has ${[...connections.keys()].join(', ')}.`,
      );
    }
    const before = inUse.get(name);
    if (before && sameSetting(before.connection, connection)) return before;
    const made = before
      ? { ...before, ...connect(connection, before.limiter, before.client) }
      : first(connection);
    before?.client.handOverTo(made.client);
    made.limiter.setMaxConcurrentCalls(connection.maxConcurrentCalls);
    inUse.set(name, made);
    return made;
  };

  function first(connection: Connection): InUse {
    const { name, maxConcurrentCalls } = connection;
    const reserve = reserveFor(name);
    let windows: readonly WindowUse[] = [];
    const limiter = createSharedLimiter({
      maxConcurrentCalls,
      reserve: async (request) => {
        // A running slice asks only for calls, perhaps for half an hour: a changed budget must hold for it as well.
        const { budget, callTimeoutMs } = (await current()).connections.get(name) ?? connection;
        const answer = await reserve({ ...request, process, windows: budget, callTimeoutMs });
        windows = answer.windows;
        return answer;
      },
    });
    return {
      ...connect(connection, limiter),
      limiter,
      windows: () => windows,
      outages: () => limiter.outages,
    };
  }

  const connect = (connection: Connection, limiter: SharedLimiter, before?: OptimoveClient) => {
    const { name } = connection;
    const client = createOptimove(connection, limiter, { before });
    const newest = async () => {
      await get(name).catch(ignoreRemoved);
      return inUse.get(name)?.client ?? client;
    };
    return {
      connection,
      client,
      optimove: { request: async (...asked) => (await newest()).request(...asked) } satisfies Optimove,
      // New as well: the base URL may belong to another server.
      seenPages: createSeenPages(),
    };
  };

  return {
    get,
    async close() {
      await Promise.all([...inUse.values()].map(({ limiter }) => limiter.close()));
    },
  };
}

/** Running work continues with a connection that was removed from the file. */
function ignoreRemoved(error: unknown): void {
  if (!(error instanceof ConfigurationError)) throw error;
}

/**
 * The connection of a name. If its credentials are refused and the commands of `exec:` now print others, the call is made
 * once more with those: they may have been rotated.
 */
export async function rereadSecretsOnRefusal(
  configurations: Configurations,
  get: (name: string) => Promise<OptimoveConnection>,
  name: string,
): Promise<OptimoveConnection> {
  const found = await get(name);
  return {
    ...found,
    optimove: {
      async request(...asked) {
        try {
          return await found.optimove.request(...asked);
        } catch (error) {
          if (!(error instanceof CredentialsRefusedError)) throw error;
          const { connections } = await configurations.readSecretsAgain();
          if (sameSetting(connections.get(name), found.connection)) throw error;
          return (await get(name)).optimove.request(...asked);
        }
      },
    },
  };
}
