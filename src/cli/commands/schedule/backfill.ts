import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { backfillSchedule } from '#control/schedules/act-on-schedule';
import { action, type CommandContext } from '../../context.ts';
import { counted } from '../../counted.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';

interface Flags {
  readonly start: string;
  readonly end: string;
}

export function addBackfill(schedule: Command): void {
  schedule
    .command('backfill')
    .description('Start the river for each time that its schedule has on these days, one run after the other')
    .argument('<river>', 'a river that has a schedule')
    .requiredOption('--start <day>', "first day on which it would have started, in the schedule's time zone")
    .requiredOption('--end <day>', 'last such day, included')
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
