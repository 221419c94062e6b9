import type { Command } from 'commander';
import { configurationFile } from '../config/configuration-file.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { type ConfigurationSource, loadConfiguration } from '../config/load-configuration.ts';
import { createSecretCommands } from '../config/secret-commands.ts';
import type { Configuration } from '../domain/river/configuration.ts';
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

/** Turns a command's work into what commander calls: gives it its context, prints what goes wrong, sets the exit code. */
export function action<Args extends unknown[]>(
  work: (context: CommandContext, ...args: Args) => Promise<ExitCode>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.pop() as Command;
    const { config, json = false } = command.optsWithGlobals<GlobalOptions>();
    const terminal = createTerminal(json);
    let interrupted: AbortSignal | undefined;
    try {
      const environment = readEnvironment();
      const { variables: env, cut } = environment;
      const sources = { env, cut, commands: createSecretCommands() };
      const context: CommandContext = {
        terminal,
        environment,
        get interrupted() {
          interrupted ??= interruption();
          return interrupted;
        },
        configurationFile: configurationFile(environment, config),
        configuration: () => loadConfiguration({ file: context.configurationFile, ...sources }),
        sources,
      };
      process.exitCode = await work(context, ...(args as unknown as Args));
    } catch (error) {
      if (interrupted?.aborted) {
        process.exitCode = exitCode.interrupted;
        return;
      }
      terminal.say(showError(error));
      process.exitCode = exitCodeOf(error);
    }
  };
}

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process as it would have without River. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
