import { randomUUID } from 'node:crypto';
import type { OptimoveConnection } from '../activities/ports.ts';
import type { BudgetAnswer, Reservation } from '../domain/budget/reservation.ts';
import type { WindowUse } from '../domain/budget/window.ts';
import { createSeenPages } from '../domain/call/seen-pages.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { Configuration, Connection } from '../domain/river/configuration.ts';
import { createOptimove } from '../optimove/create-optimove.ts';
import { createSharedCallGate, type SharedCallGate } from '../optimove/shared-call-gate.ts';

/** Asks the budget of a connection. */
export type ReserveOf = (connection: string) => (request: Reservation) => Promise<BudgetAnswer>;

export interface ConnectionsInUse {
  /** The connection of that name, made once. */
  get(name: string): Promise<OptimoveConnection>;
  /** Gives back permits that were not used. */
  close(): Promise<void>;
}

interface InUse extends OptimoveConnection {
  readonly gate: SharedCallGate;
}

/**
 * The connections of this process, each with one gate for all that calls through it. When its part of the
 * configuration changes, a connection is made anew, but its gate stays: it holds permits and knows what is in flight.
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
    if (before?.connection === connection) return before;
    const made = before ? { ...before, ...connect(connection, before.gate) } : first(connection);
    made.gate.limit(connection.maxConcurrentCalls);
    inUse.set(name, made);
    return made;
  };

  function first(connection: Connection): InUse {
    const { name, maxConcurrentCalls } = connection;
    const reserve = reserveOf(name);
    let windows: readonly WindowUse[] = [];
    let asked = 0;
    const gate = createSharedCallGate({
      maxConcurrentCalls,
      reserve: async (request) => {
        // A slice under way asks for nothing but calls, for half an hour maybe: a changed budget holds for it as well.
        const { budget, callTimeoutMs } = (await current()).connections.get(name) ?? connection;
        asked += 1;
        const asks = { ...request, process, sequence: asked, windows: budget, callTimeoutMs };
        const answer = await reserve(asks);
        windows = answer.windows;
        return answer;
      },
    });
    return { ...connect(connection, gate), gate, windows: () => windows, outages: () => gate.outages };
  }

  return {
    get,
    async close() {
      await Promise.all([...inUse.values()].map(({ gate }) => gate.close()));
    },
  };
}

const connect = (connection: Connection, gate: SharedCallGate) => ({
  connection,
  optimove: createOptimove(connection, gate),
  // Begun anew as well: the base URL may be another server's.
  seenPages: createSeenPages(),
});
