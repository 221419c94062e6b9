import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from './faults/fault.ts';
import { createFaultList } from './faults/fault-list.ts';
import { readFaults } from './faults/read-faults.ts';
import { type Settings, type SimulatorOptions, SimulatorOptionsError } from './options.ts';
import { createRollingLimit } from './rolling-limit.ts';
import { createCallServer } from './serve-call.ts';
import { type Control, controlPrefix, serveControl } from './serve-control.ts';
import { settleOptions } from './settle-options.ts';
import { createSignIn } from './sign-in.ts';
import { type CallRecord, createStats, type Stats } from './stats.ts';
import { createWorld, type World } from './world/world.ts';

export type { SimulatorOptions } from './options.ts';

/** An Optimove on a loopback port. */
export interface Simulator {
  /** `http://127.0.0.1:4000`; calls are answered below it, and below `/current`. */
  readonly url: string;
  readonly port: number;
  readonly settings: Settings;
  /** The made-up tenant, as it is now: what its rows are can be asked without a call. */
  readonly world: World;
  stats(): Stats;
  /** The calls after a sequence number, oldest first; all that are kept without one. */
  calls(after?: number): readonly CallRecord[];
  /** Replaces all faults. Throws FaultsRefusedError where one cannot be played. */
  setFaults(faults: readonly Fault[]): void;
  /** Moves the day up to which data is complete. */
  setLastDataUpdate(day: string): void;
  /** Clears the stats. The windows of the limit go on. */
  reset(): void;
  /** Closes every connection. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts an Optimove that answers all 27 reports from made-up data. Rejects with SimulatorOptionsError where an
 * option cannot be, or the port cannot be had.
 *
 * @example
 * const simulator = await startSimulator({ seed: 7, limits: [{ calls: 5, perMs: 1000 }] });
 * await fetch(`${simulator.url}/current/actions/GetAllActions`, { headers: { 'X-API-KEY': 'river-simulator' } });
 * simulator.world.rowCount('customers-by-action', { days: ['2026-01-01'] });
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = settleOptions(options);
  let world = createWorld(settings);
  const now = () => performance.now();
  const limit = createRollingLimit(settings.limits);
  const stats = createStats(limit);
  const faults = createFaultList(world.random);
  faults.set(settings.faults, now());

  const control: Control = {
    stats: () => stats.stats(now()),
    calls: (after = 0) => stats.callsAfter(after),
    setFaults: (replacement) => faults.set(readFaults(replacement), now()),
    setLastDataUpdate(day) {
      world = createWorld(settleOptions({ ...settings, lastDataUpdate: day }));
    },
    reset: () => stats.reset(now()),
  };
  const serveCall = createCallServer({
    settings,
    limit,
    stats,
    faults,
    signIn: createSignIn(settings.auth),
    world: () => world,
    now,
  });

  const server = createServer((request, response) => {
    // Whatever a stranger sends, such as `OPTIONS *`, is a path that does not exist.
    const url = URL.parse(`http://simulator${request.url}`) ?? new URL('http://simulator/');
    const served = url.pathname.startsWith(controlPrefix)
      ? serveControl(control, request, response, url)
      : serveCall(request, response, url);
    served.catch((error: unknown) => showMistake(error, request, response));
  });
  // Longer than any client keeps an idle connection, so that no call meets one that is just being closed.
  server.keepAliveTimeout = 120_000;
  server.listen(settings.port, settings.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new SimulatorOptionsError([sayWhyNot(error, settings)], error);
  }
  const { port } = server.address() as AddressInfo;

  return {
    ...control,
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    settings,
    get world() {
      return world;
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A caller who went away is no mistake; anything else is ours, and shows as it is. */
function showMistake(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed) return;
  const text = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`The simulator made a mistake at ${request.url}: ${text}\n`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
}

function sayWhyNot(error: unknown, { host, port }: Settings): string {
  const code = (error as NodeJS.ErrnoException).code;
  const why =
    code === 'EADDRINUSE' ? 'is taken; choose another, or 0 for a free one' : `cannot be had (${code})`;
  return `port: ${host}:${port} ${why}`;
}
