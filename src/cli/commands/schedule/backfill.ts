import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { backfillSchedule } from '#control/schedules/act-on-schedule';
import { action, type CommandContext } from '../../context.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { counted } from '../../terminal.ts';

interface Flags {
  readonly start: string;
  readonly end: string;
}

export function addBackfill(schedule: Command): void {
  schedule
    .command('backfill')
    .description('Start the river once for each time of its schedule on these days, one run after the other')
    .argument('<river>', 'a river that has a schedule')
    .requiredOption('--start <day>', "first day, in the schedule's time zone")
    .requiredOption('--end <day>', 'last day, included')
    .action(action(backfill));
}

async function backfill(
  { terminal, configuration }: CommandContext,
  river: string,
  { start, end }: Flags,
): Promise<ExitCode> {
  const read = await configuration();
  return withTemporal(async (temporal) => {
    const times = await backfillSchedule(temporal, read, river, { start, end });
    const text = `${counted(times.length, 'run')} of ${river} will be started, one after the other, for ${times.at(0)} to ${times.at(-1)}.`;
    terminal.answer({ json: { river, start, end, times }, text });
    return exitCode.done;
  });
}
