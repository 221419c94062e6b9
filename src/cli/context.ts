import type { Command } from 'commander';
import { type Environment, findConfigurationFile, readEnvironment } from '#config/environment';
import type { ConfigurationSource } from '#config/load-configuration';
import { createSecretCommands } from '#config/secret-commands';
import type { Configuration } from '#domain/river/configuration';
import { codeForError, type ExitCode, exitCode, showError } from './exit-code.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { version } from './this-package.ts';

/** Options of every command. */
interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What a command receives besides its own arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Environment;
  /** Aborted by Ctrl-C or SIGTERM. A command that never reads it is ended by them at once, like any program. */
  readonly interrupted: AbortSignal;
  /** The configuration file: `--config`, RIVER_CONFIG, or river.yaml here. */
  readonly configurationFile: string;
  /** The sources of its references, for a command that reads the file again. */
  readonly sources: Omit<ConfigurationSource, 'file'>;
  /** Reads and checks that file; throws ConfigurationError with all its faults. */
  configuration(): Promise<Configuration>;
}

const exitCodes = new WeakMap<Command, ExitCode>();

const findRoot = (command: Command): Command => (command.parent ? findRoot(command.parent) : command);

/** The exit code of the command that has run: commander's actions return nothing. */
export const readExitCode = (program: Command): ExitCode => exitCodes.get(program) ?? exitCode.done;

/** Makes an action for commander: it passes the context to the command, prints errors and stores the exit code. */
export function action<Args extends unknown[]>(
  work: (context: CommandContext, ...args: Args) => Promise<ExitCode>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.pop() as Command;
    const { config, json = false, quiet, verbose } = command.optsWithGlobals<GlobalOptions>();
    const ended = (code: ExitCode) => exitCodes.set(findRoot(command), code);
    const verbosity = quiet ? 'quiet' : verbose ? 'verbose' : 'normal';
    const terminal = createTerminal(json, verbosity);
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
        configurationFile: findConfigurationFile(environment, config),
        async configuration() {
          // Loaded only when the configuration is read: its checks take longer to load than everything else of a command without them.
          const { loadConfiguration } = await import('#config/load-configuration');
          if (verbose) terminal.say(`River ${version} reads ${context.configurationFile}.`);
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
      terminal.say(showError(error, verbose));
      ended(codeForError(error));
    } finally {
      interruption?.stopListening();
    }
  };
}

interface Interruption {
  readonly signal: AbortSignal;
  stopListening(): void;
}

/** Why a command was interrupted. */
export class InterruptedError extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`);
    this.signal = signal;
  }
}

/** Aborts at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
function awaitInterruption(): Interruption {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals) => controller.abort(new InterruptedError(signal));
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, abort);
  return {
    signal: controller.signal,
    stopListening: () => {
      for (const signal of signals) process.off(signal, abort);
    },
  };
}
