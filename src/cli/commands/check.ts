import type { Command } from 'commander';
import { type CheckLine, checkAll } from '#control/check-all';
import { ConfigurationError } from '#domain/errors';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { colors, type Terminal } from '../terminal.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('Test the configuration file, each connection, each warehouse and Temporal, one line each')
    .action(action(check));
}

async function check({ terminal, configuration }: CommandContext): Promise<ExitCode> {
  try {
    return answer(terminal, await checkAll(await configuration()));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { message } = error;
    return answer(terminal, [{ what: 'configuration', ok: false, message, failure: 'configuration' }]);
  }
}

function answer(terminal: Terminal, lines: readonly CheckLine[]): ExitCode {
  const ok = lines.every((line) => line.ok);
  terminal.answer({
    json: { ok, checks: lines.map(({ what, ok, message }) => ({ what, ok, message })) },
    text: lines.map(showLine).join('\n'),
  });
  const failures = new Set(lines.map((line) => line.failure));
  if (failures.has('configuration')) return exitCode.usage;
  if (failures.has('unreachable')) return exitCode.unreachable;
  return ok ? exitCode.done : exitCode.failed;
}

/** Several faults of one thing are listed below each other. */
function showLine({ what, ok, message }: CheckLine): string {
  const faults = message.split('\n');
  const shown = faults.length === 1 ? message : faults.map((fault) => `\n        ${fault}`).join('');
  return `${ok ? colors.green('ok    ') : colors.red('failed')}  ${what}: ${shown}`;
}
