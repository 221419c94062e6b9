import { randomUUID } from 'node:crypto';
import type { Optimove, OptimoveConnection } from '#activities/ports';
import { createSharedLimiter, type SharedLimiter } from '#budget/limiter';
import type { BudgetAnswer, Reservation } from '#domain/budget/reservation';
import type { WindowUse } from '#domain/budget/window';
import { createSeenPages } from '#domain/call/seen-pages';
import { ConfigurationError } from '#domain/errors';
import type { Configuration, Connection } from '#domain/river/configuration';
import { createOptimove, type OptimoveClient } from '#optimove/create-optimove';
import { sameSetting } from './same-setting.ts';

/** Asks the budget of a connection. */
export type ReserveOf = (connection: string) => (request: Reservation) => Promise<BudgetAnswer>;

export interface ConnectionsInUse {
  /** The connection of that name, made once. */
  get(name: string): Promise<OptimoveConnection>;
  /** Gives back permits that were not used. */
  close(): Promise<void>;
}

interface InUse extends OptimoveConnection {
  readonly limiter: SharedLimiter;
  readonly client: OptimoveClient;
}

/**
 * The connections of this process, each with one limiter for all calls to it. When its part of the
 * configuration says something else, a connection is made anew, but its limiter stays: it holds permits and knows what is in
 * flight; and so do the token of a login and the sockets, where what they rest on is the same. Work that has begun makes
 * its next call through what is configured then: a key may have been changed because the old one is no longer good.
 */
export function connectionsInUse(
  current: () => Promise<Configuration>,
  reserveOf: ReserveOf,
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
    const reserve = reserveOf(name);
    let windows: readonly WindowUse[] = [];
    const limiter = createSharedLimiter({
      maxConcurrentCalls,
      reserve: async (request) => {
        // A slice under way asks for nothing but calls, for half an hour maybe: a changed budget holds for it as well.
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
      await get(name).catch(goOn);
      return inUse.get(name)?.client ?? client;
    };
    return {
      connection,
      client,
      optimove: { request: async (...asked) => (await newest()).request(...asked) } satisfies Optimove,
      // Begun anew as well: the base URL may be another server's.
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

/** Work that has begun goes on with a connection that was taken out of the file. */
function goOn(error: unknown): void {
  if (!(error instanceof ConfigurationError)) throw error;
}
