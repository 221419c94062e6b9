import type { Command } from 'commander';
import { action, type CommandContext } from '../../context.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { examples } from '../../help.ts';
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
    .addHelpText(
      'after',
      examples(
        [
          'Make up for a month without runs',
          'river schedule backfill customers-by-action --start 2026-01-01 --end 2026-01-31',
        ],
        [
          'Run the schedule of one day again',
          'river schedule backfill customers-by-action --start 2026-01-05 --end 2026-01-05',
        ],
      ),
    )
    .action(action(backfill));
}

async function backfill(
  { terminal, configuration }: CommandContext,
  river: string,
  { start, end }: Flags,
): Promise<ExitCode> {
  const read = await configuration();
  const { withTemporal } = await import('#control/connect-temporal');
  const { backfillSchedule } = await import('#control/schedules/act-on-schedule');
  return withTemporal(async (temporal) => {
    const times = await backfillSchedule(temporal, read, river, { start, end });
    const text = `${counted(times.length, 'run')} of ${river} will be started, one after the other, for ${times.at(0)} to ${times.at(-1)}.`;
    terminal.answer({ json: { river, start, end, times }, text });
    return exitCode.done;
  });
}
