import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSignIn } from './create-sign-in.ts';
import type { Fault } from './faults/fault-kinds.ts';
import { createFaultList } from './faults/fault-list.ts';
import { readFaults } from './faults/read-faults.ts';
import { type Settings, type SimulatorOptions, SimulatorOptionsError, settleOptions } from './options.ts';
import { createRollingLimit } from './rolling-limit.ts';
import { createCallServer } from './serve-call.ts';
import { type Control, controlPrefix, serveControl } from './serve-control.ts';
import { type CallRecord, createStats, type Stats } from './stats.ts';
import { createWorld, type World } from './world/world.ts';

export type { SimulatorOptions } from './options.ts';

/** A running simulated Optimove. */
export interface Simulator {
  /** `http://127.0.0.1:4000`; calls are answered below it, and below `/current`. */
  readonly url: string;
  readonly port: number;
  readonly settings: Settings;
  /** The made-up tenant as it is now: its rows can be read without a call. */
  readonly world: World;
  stats(): Stats;
  /** The calls after a sequence number, oldest first; default: all that are kept. */
  calls(after?: number): readonly CallRecord[];
  /** Replaces all faults. Throws FaultsRefusedError if one is wrong. */
  setFaults(faults: readonly Fault[]): void;
  /** Sets the last day whose data is complete. */
  setLastDataUpdate(day: string): void;
  /** Clears the stats. The windows of the limit are kept. */
  reset(): void;
  /** Closes every connection. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a simulated Optimove that answers all 27 reports from made-up data. Rejects with SimulatorOptionsError if an option
 * is wrong or the port cannot be used.
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
    // A request that is not a URL, such as `OPTIONS *`, counts as a path that does not exist.
    const url = URL.parse(`http://simulator${request.url}`) ?? new URL('http://simulator/');
    const served = url.pathname.startsWith(controlPrefix)
      ? serveControl(control, request, response, url)
      : serveCall(request, response, url);
    served.catch((error: unknown) => showBug(error, request, response));
  });
  // Longer than any client keeps an idle connection, so that no call uses one that is about to close.
  server.keepAliveTimeout = 120_000;
  server.listen(settings.port, settings.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new SimulatorOptionsError([explainPortFailure(error, settings)], error);
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

/** A caller that has disconnected is no error; anything else is a bug in the simulator and is shown with its stack. */
function showBug(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed) return;
  const text = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`The simulator failed at ${request.url}: ${text}\n`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
}

function explainPortFailure(error: unknown, { host, port }: Settings): string {
  const code = (error as NodeJS.ErrnoException).code;
  const why =
    code === 'EADDRINUSE'
      ? 'is already in use; choose another port, or 0 for a free one'
      : `cannot be used (${code})`;
  return `port: ${host}:${port} ${why}`;
}
