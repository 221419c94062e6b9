import { randomUUID } from 'node:crypto';
import type { OptimoveConnection } from '../activities/ports.ts';
import type { BudgetAnswer, Reservation } from '../domain/budget/reservation.ts';
import type { WindowUse } from '../domain/budget/window-use.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { Configuration, Connection } from '../domain/river/configuration.ts';
import { createOptimove } from '../optimove/create-optimove.ts';
import { createSharedCallGate, type SharedCallGate } from '../optimove/shared-call-gate.ts';

/** Asks the budget of a connection. */
export type ReserveOf = (connection: string) => (request: Reservation) => Promise<BudgetAnswer>;

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
): (name: string) => Promise<OptimoveConnection> {
  const inUse = new Map<string, InUse>();
  return async (name) => {
    const { connections, file } = await current();
    const connection = connections.get(name);
    if (!connection) {
      throw new ConfigurationError(
        `${file} has no connection ${name}; it has ${[...connections.keys()].join(', ')}.`,
      );
    }
    const before = inUse.get(name);
    if (before?.connection === connection) return before;
    const made = before
      ? { ...connect(connection, before.gate), windows: before.windows }
      : first(connection, reserveOf(name));
    inUse.set(name, made);
    return made;
  };
}

function first(connection: Connection, reserve: (request: Reservation) => Promise<BudgetAnswer>): InUse {
  let windows: readonly WindowUse[] = [];
  const gate = createSharedCallGate({
    process: randomUUID(),
    ...limitsOf(connection),
    reserve: async (request) => {
      const answer = await reserve(request);
      windows = answer.windows;
      return answer;
    },
  });
  return { ...connect(connection, gate), windows: () => windows };
}

function connect(connection: Connection, gate: SharedCallGate) {
  gate.limit(limitsOf(connection));
  return { connection, gate, optimove: createOptimove(connection, gate) };
}

const limitsOf = ({ budget, maxConcurrentCalls }: Connection) => ({ windows: budget, maxConcurrentCalls });
