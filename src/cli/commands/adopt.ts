import type { Command } from 'commander';
import { type AdoptedDays, adoptDays } from '#control/adopt-days';
import { ConfigurationError } from '#domain/errors';
import { quoteForShell } from '#domain/verify/repair-command';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
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
    .argument('<river>', 'a river of the configuration file')
    .option('--start <day>', 'first day to adopt, YYYY-MM-DD; not for a report without days')
    .option('--end <day>', 'last day to adopt, included')
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
