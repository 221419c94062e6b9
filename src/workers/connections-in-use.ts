import type { OptimoveConnection } from '../activities/ports.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { Configuration, Connection } from '../domain/river/configuration.ts';
import { createOptimove } from '../optimove/create-optimove.ts';
import { createLocalCallGate } from '../optimove/local-call-gate.ts';

interface InUse extends OptimoveConnection {
  readonly made: Connection;
}

/**
 * The connections of this process, each with one gate for all that calls through it. A connection is made anew
 * when its part of the configuration changes.
 */
export function connectionsInUse(
  current: () => Promise<Configuration>,
): (name: string) => Promise<OptimoveConnection> {
  const inUse = new Map<string, InUse>();
  return async (name) => {
    const { connections, file } = await current();
    const connection = connections.get(name);
    if (!connection)
      throw new ConfigurationError(
        `${file} has no connection ${name}; it has ${[...connections.keys()].join(', ')}.`,
      );
    const before = inUse.get(name);
    if (before?.made === connection) return before;
    const gate = createLocalCallGate({
      windows: connection.budget,
      maxConcurrentCalls: connection.maxConcurrentCalls,
    });
    const made: InUse = {
      made: connection,
      connection,
      optimove: createOptimove(connection, gate),
      windows: () => gate.snapshot().windows,
    };
    inUse.set(name, made);
    return made;
  };
}
