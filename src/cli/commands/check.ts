import type { Command } from 'commander';
import { type CheckLine, checkAll } from '../../control/check.ts';
import { ConfigurationError } from '../../domain/errors.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { colors, type Terminal } from '../terminal.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('The configuration file, then each connection, each warehouse and Temporal, one line each')
    .action(action(check));
}

async function check({ terminal, configuration, configurationFile }: CommandContext): Promise<ExitCode> {
  try {
    return answer(terminal, await checkAll(await configuration()));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const message = error.message;
    return answer(terminal, [
      { what: `configuration ${configurationFile}`, ok: false, message, failure: 'configuration' },
    ]);
  }
}

function answer(terminal: Terminal, lines: readonly CheckLine[]): ExitCode {
  const ok = lines.every((line) => line.ok);
  terminal.answer({
    json: { ok, checks: lines.map(({ what, ok, message }) => ({ what, ok, message })) },
    text: lines
      .map(
        ({ what, ok, message }) =>
          `${ok ? colors.green('ok    ') : colors.red('failed')}  ${what}: ${message}`,
      )
      .join('\n'),
  });
  const failures = new Set(lines.map((line) => line.failure));
  if (failures.has('configuration')) return exitCode.usage;
  if (failures.has('unreachable')) return exitCode.unreachable;
  return ok ? exitCode.done : exitCode.failed;
}
