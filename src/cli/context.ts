import type { Command } from 'commander';
import { configurationFile } from '#config/configuration-file';
import { type Environment, readEnvironment } from '#config/environment';
import type { ConfigurationSource } from '#config/load-configuration';
import { createSecretCommands } from '#config/secret-commands';
import type { Configuration } from '#domain/river/configuration';
import { type ExitCode, exitCode, exitCodeOf } from './exit-code.ts';
import { showError } from './show-error.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** Options of every command. */
interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** What a command is given beside its own arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Environment;
  /** Aborted by Ctrl-C or SIGTERM. A command that never looks at it is ended by them at once, as any program is. */
  readonly interrupted: AbortSignal;
  /** The configuration file: `--config`, RIVER_CONFIG, or river.yaml here. */
  readonly configurationFile: string;
  /** What that file refers to, for whoever reads it once more. */
  readonly sources: Omit<ConfigurationSource, 'file'>;
  /** That file, read and checked; throws ConfigurationError with all its faults. */
  configuration(): Promise<Configuration>;
}

const exitCodes = new WeakMap<Command, ExitCode>();

const rootOf = (command: Command): Command => (command.parent ? rootOf(command.parent) : command);

/** What the command of a program has ended with: commander's actions return nothing. */
export const exitCodeOfCommand = (program: Command): ExitCode => exitCodes.get(program) ?? exitCode.done;

/** Turns a command's work into what commander calls: gives it its context, prints what goes wrong, keeps the exit code. */
export function action<Args extends unknown[]>(
  work: (context: CommandContext, ...args: Args) => Promise<ExitCode>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.pop() as Command;
    const { config, json = false } = command.optsWithGlobals<GlobalOptions>();
    const ended = (code: ExitCode) => exitCodes.set(rootOf(command), code);
    const terminal = createTerminal(json);
    let interruption: Interruption | undefined;
    try {
      const environment = readEnvironment();
      const { variables: env, cut } = environment;
      const sources = { env, cut, commands: createSecretCommands() };
      const context: CommandContext = {
        terminal,
        environment,
        get interrupted() {
          interruption ??= awaitInterruption();
          return interruption.signal;
        },
        configurationFile: configurationFile(environment, config),
        async configuration() {
          // Loaded where it is read: what checks it takes longer to load than all that a command without it needs.
          const { loadConfiguration } = await import('#config/load-configuration');
          return loadConfiguration({ file: context.configurationFile, ...sources });
        },
        sources,
      };
      ended(await work(context, ...(args as unknown as Args)));
    } catch (error) {
      if (interruption?.signal.aborted) {
        ended(exitCode.interrupted);
        return;
      }
      terminal.say(showError(error));
      ended(exitCodeOf(error));
    } finally {
      interruption?.stopListening();
    }
  };
}

interface Interruption {
  readonly signal: AbortSignal;
  stopListening(): void;
}

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process as it would have without River. */
function awaitInterruption(): Interruption {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, abort);
  return {
    signal: controller.signal,
    stopListening: () => {
      for (const signal of signals) process.off(signal, abort);
    },
  };
}
