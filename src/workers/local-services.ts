import { createConfigurations } from '#config/watch-configuration';
import { ConfigurationError } from '#domain/errors';
import { SimulatorOptionsError } from '#simulator/options';
import { type Simulator, type SimulatorOptions, startSimulator } from '#simulator/start-simulator';
import {
  startTemporalServer,
  type TemporalServer,
  type TemporalServerOptions,
} from './services/temporal-server.ts';
import { type RunningWorker, startWorker } from './start-worker.ts';

export interface LocalServices {
  readonly temporal: TemporalServer;
  readonly simulator: Simulator;
  readonly worker: RunningWorker;
  /** Stops all three, the worker first. */
  stop(): Promise<void>;
}

export interface LocalServicesOptions {
  readonly temporal: TemporalServerOptions;
  readonly simulator: SimulatorOptions;
  /** What `${NAME}` in the configuration file takes. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration file, once it is known where the simulator is. */
  configuration(simulator: Simulator): Promise<string>;
  say(line: string): void;
}

/** Temporal, the simulator and a worker, on this machine; what was started is stopped again where a later one does not start. */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const started: (() => Promise<void>)[] = [];
  const stop = async () => {
    const failures: unknown[] = [];
    for (const end of started.splice(0).reverse()) {
      await end().catch((failure: unknown) => failures.push(failure));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    const simulator = await startSimulator(options.simulator).catch((error: unknown) => {
      throw error instanceof SimulatorOptionsError
        ? new ConfigurationError(`The simulator cannot be started: ${error.message}`, { cause: error })
        : error;
    });
    started.push(() => simulator.stop());
    const temporal = await startTemporalServer({ ...options.temporal, say: options.say });
    started.push(() => temporal.stop());
    const file = await options.configuration(simulator);
    const worker = await startWorker({
      configurations: createConfigurations({
        file,
        env: options.env,
        onFault: (error) => options.say(error.message),
      }),
      temporal,
      say: options.say,
    });
    started.push(async () => {
      worker.stop();
      await worker.done;
    });
    return { temporal, simulator, worker, stop };
  } catch (error) {
    await stop().catch(() => {}); // what came first is what helps
    throw error;
  }
}
