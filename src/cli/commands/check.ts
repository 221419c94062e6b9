import { relative } from 'node:path';
import type { Command } from 'commander';
import { findConfigurationFile } from '#config/environment';
import type { CheckLine } from '#control/check-all';
import { ConfigurationError } from '#domain/errors';
import { quoteForShell } from '#domain/verify/repair-command';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { colors, type Terminal } from '../terminal.ts';
import { riverCommand } from '../this-package.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('Test the configuration file, each connection, each warehouse and Temporal, one line each')
    .summary('test river.yaml, API, warehouse and Temporal')
    .addHelpText(
      'after',
      examples(
        ['Test river.yaml in this folder', 'river check'],
        ['Test another file, for a program', 'river check --config staging.yaml --json'],
      ),
    )
    .action(action(check));
}

async function check(context: CommandContext): Promise<ExitCode> {
  const { terminal, configuration, configurationFile: file, environment } = context;
  const isNamed = file !== findConfigurationFile(environment, undefined);
  const again = `${riverCommand} ${isNamed ? `--config ${quoteForShell(relative('', file))} ` : ''}check`;
  try {
    const read = await configuration();
    const { checkAll } = await import('#control/check-all');
    return answer(terminal, await checkAll(read), again);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { failedLine } = await import('#control/check-all');
    return answer(terminal, [failedLine('configuration', error)], again);
  }
}

function answer(terminal: Terminal, lines: readonly CheckLine[], again: string): ExitCode {
  const ok = lines.every((line) => line.ok);
  terminal.answer({
    json: { ok, checks: lines.map(({ what, ok, message }) => ({ what, ok, message })) },
    text: showLines(lines, again),
  });
  const failures = new Set(lines.map((line) => line.failure));
  if (failures.has('configuration')) return exitCode.usage;
  if (failures.has('unreachable')) return exitCode.unreachable;
  return ok ? exitCode.done : exitCode.failed;
}

/** In the order in which a person would repair them: nothing works without the file, and no run without Temporal. */
function showLines(lines: readonly CheckLine[], again: string): string {
  const failed = lines.filter(({ ok }) => !ok);
  const [first] = failed;
  return [
    ...lines.flatMap(showLine),
    ...(first ? ['', `Repair ${first.what} first, then test again: ${again}`] : []),
  ].join('\n');
}

/** What was found, and below it what is to be said of it or done about it. */
function showLine(line: CheckLine): string[] {
  const { what, ok, parts, failure, warehouse } = line;
  const mark = ok ? colors.green('✓') : colors.red('✗');
  const [found = '', ...notes] = ok || parts.length === 1 ? parts : ['', ...parts];
  const advice =
    what.startsWith('warehouse ') && failure === 'unreachable'
      ? [seeThatItRuns(warehouse === undefined ? what : `warehouse ${warehouse}`)]
      : [];
  return [`${mark} ${what}: ${found}`.trimEnd(), ...[...notes, ...advice].map((note) => `    → ${note}`)];
}

const seeThatItRuns = (what: string): string =>
  `See that the database runs and can be reached from here, and that \`connection\` of ${what} in the file is right.`;
