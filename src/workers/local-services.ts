import { type ConfigurationsOptions, createConfigurations } from '#config/watch-configuration';
import { ConfigurationError } from '#domain/errors';
import { SimulatorOptionsError } from '#simulator/options';
import { type Simulator, type SimulatorOptions, startSimulator } from '#simulator/start-simulator';
import {
  startTemporalServer,
  type TemporalServer,
  type TemporalServerOptions,
} from './services/temporal-server.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from './start-worker.ts';

export interface LocalServices {
  readonly temporal: TemporalServer;
  readonly simulator: Simulator;
  readonly worker: RunningWorker;
  /** Stops all three, the worker first. */
  stop(): Promise<void>;
}

export interface LocalServicesOptions
  extends Pick<ConfigurationsOptions, 'cut' | 'commands' | 'envFile' | 'onFault' | 'onChange'>,
    Pick<WorkerOptions, 'log'> {
  readonly temporal: TemporalServerOptions;
  readonly simulator: SimulatorOptions;
  /** Ends the start: what was started until then is stopped again. */
  readonly signal?: AbortSignal;
  /** The variables that `${NAME}` in the configuration file refers to. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The path of the configuration file; asked when the address of the simulator is known. */
  configuration(simulator: Simulator): Promise<string>;
  say(line: string): void;
}

/** Starts Temporal, the simulator and a worker on this machine. If one of them does not start, the others are stopped again. */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const { env, cut, commands, envFile, onFault, onChange } = options;
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
    const temporal = await startTemporalServer({
      ...options.temporal,
      say: options.say,
      signal: options.signal,
    });
    started.push(() => temporal.stop());
    options.signal?.throwIfAborted();
    const file = await options.configuration(simulator);
    const worker = await startWorker({
      configurations: createConfigurations({
        file,
        env,
        ...(cut && { cut }),
        ...(commands && { commands }),
        ...(envFile && { envFile }),
        onFault: onFault ?? ((fault) => options.say(fault.message)),
        ...(onChange && { onChange }),
      }),
      temporal,
      say: options.say,
      ...(options.log && { log: options.log }),
    });
    started.push(async () => {
      worker.stop();
      await worker.done;
    });
    options.signal?.throwIfAborted();
    return { temporal, simulator, worker, stop };
  } catch (error) {
    await stop().catch(() => {}); // the first failure is the one to report
    throw error;
  }
}
