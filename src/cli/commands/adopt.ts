import type { Command } from 'commander';
import type { AdoptedDays } from '#control/adopt-days';
import { ConfigurationError } from '#domain/errors';
import { quoteForShell } from '#domain/verify/repair-command';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { counted } from '../terminal.ts';

interface Flags {
  readonly start?: string;
  readonly end?: string;
}

export function addAdopt(program: Command): void {
  program
    .command('adopt')
    .description(
      "Make rows that something else has loaded (Rivery, say) this river's, so that it replaces and tracks them",
    )
    .summary("make rows of another tool the river's own")
    .argument('<river>', 'a river of the configuration file')
    .option('--start <day>', 'first day to adopt, YYYY-MM-DD; not for a report without days')
    .option('--end <day>', 'last day to adopt, included')
    .addHelpText(
      'after',
      examples(
        [
          'Take over a month that another connector has loaded',
          'river adopt customers-by-action --start 2026-01-01 --end 2026-01-31',
        ],
        ['Take over a table whose rows bear no day', 'river adopt all-actions'],
      ),
    )
    .action(action(adopt));
}

async function adopt(
  { terminal, configuration }: CommandContext,
  river: string,
  { start, end }: Flags,
): Promise<ExitCode> {
  if ((start === undefined) !== (end === undefined))
    throw new ConfigurationError('Give both --start and --end.');
  const asked = start === undefined || end === undefined ? undefined : { start, end };
  const { adoptDays } = await import('#control/adopt-days');
  const { leftOut, ...adopted } = await adoptDays(await configuration(), river, asked, new Date());
  if (leftOut) terminal.say(`${leftOut.start} to ${leftOut.end} are in the future, and left out.`);
  terminal.answer({ json: adopted, text: showAdopted(adopted) });
  return exitCode.done;
}

function showAdopted({ river, warehouse, table, period, days, rows }: Omit<AdoptedDays, 'leftOut'>): string {
  const between = period ? ` from ${period.start} to ${period.end}` : '';
  if (rows === 0)
    return `${warehouse}.${table} has no rows${between} that no river has loaded: nothing to adopt.`;
  const ofDays = period ? ` of ${counted(days, 'day')}${between}` : '';
  return [
    `${counted(rows, 'row')}${ofDays} in ${warehouse}.${table} are now rows of ${river}.`,
    `To compare table and manifest: river verify ${quoteForShell(river)}`,
  ].join('\n');
}
