import type { Command } from 'commander';
import type { Forgotten } from '#control/forget-days';
import { runCommand } from '#domain/verify/repair-command';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { counted } from '../terminal.ts';

interface Flags {
  readonly start: string;
  readonly end: string;
}

export function addForget(program: Command): void {
  program
    .command('forget')
    .description("Delete a river's rows of some days, and exclude these days from tracking")
    .summary('delete the rows of some days; they stay out')
    .argument('<river>', 'a river of the configuration file')
    .requiredOption('--start <day>', 'first day to delete, YYYY-MM-DD')
    .requiredOption('--end <day>', 'last day to delete, included')
    .addHelpText(
      'after',
      examples(
        ['Delete one day', 'river forget customers-by-action --start 2026-01-05 --end 2026-01-05'],
        ['Delete a month', 'river forget customers-by-action --start 2026-01-01 --end 2026-01-31'],
      ),
    )
    .action(action(forget));
}

async function forget(
  { terminal, configuration }: CommandContext,
  river: string,
  { start, end }: Flags,
): Promise<ExitCode> {
  const { forgetDays } = await import('#control/forget-days');
  const { leftOut, ...forgotten } = await forgetDays(
    await configuration(),
    river,
    { start, end },
    new Date(),
  );
  if (leftOut) terminal.say(`${leftOut.start} to ${leftOut.end} are in the future, and left out.`);
  terminal.answer({ json: forgotten, text: showForgotten(forgotten) });
  return exitCode.done;
}

const showForgotten = ({ river, warehouse, table, period, days, rows }: Omit<Forgotten, 'leftOut'>): string =>
  [
    `${counted(rows, 'row')} of ${river} deleted from ${warehouse}.${table}; ${counted(days, 'day')} from ${period.start} to ${period.end} forgotten.`,
    `Tracking leaves ${days === 1 ? 'it' : 'them'} out. To load ${days === 1 ? 'it' : 'them'} again: ${runCommand(river, period, false)}`,
  ].join('\n');
