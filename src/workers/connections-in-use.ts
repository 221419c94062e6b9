import type { OptimoveConnection } from '../activities/ports.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { Configuration, Connection } from '../domain/river/configuration.ts';
import { createOptimove } from '../optimove/create-optimove.ts';
import { createLocalCallGate, type LocalCallGate } from '../optimove/local-call-gate.ts';

interface InUse extends OptimoveConnection {
  readonly gate: LocalCallGate;
}

/**
 * The connections of this process, each with one gate for all that calls through it. When its part of the
 * configuration changes, a connection is made anew, but its gate stays: it knows what has been sent.
 */
export function connectionsInUse(
  current: () => Promise<Configuration>,
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
    const made = connect(connection, before?.gate);
    inUse.set(name, made);
    return made;
  };
}

function connect(connection: Connection, gateBefore: LocalCallGate | undefined): InUse {
  const limits = { windows: connection.budget, maxConcurrentCalls: connection.maxConcurrentCalls };
  gateBefore?.limit(limits);
  const gate = gateBefore ?? createLocalCallGate(limits);
  return {
    connection,
    gate,
    optimove: createOptimove(connection, gate),
    windows: () => gate.snapshot().windows,
  };
}
