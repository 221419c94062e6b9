import type { Command } from 'commander';
import { action, type CommandContext } from '../../context.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { examples } from '../../help.ts';
import { showSchedules } from '../../show-schedules.ts';

export function addList(schedule: Command): void {
  schedule
    .command('list')
    .description('List the schedules: next start, last run, and whether each matches the configuration file')
    .addHelpText(
      'after',
      examples(
        ['See when each river runs next', 'river schedule list'],
        ['Read the schedules in a program', 'river schedule list --json'],
      ),
    )
    .action(action(list));
}

async function list({ terminal, configuration }: CommandContext): Promise<ExitCode> {
  const read = await configuration();
  const { withTemporal } = await import('#control/connect-temporal');
  const { listSchedules } = await import('#control/schedules/list-schedules');
  return withTemporal(async (temporal) => {
    const schedules = await listSchedules(temporal, read);
    terminal.answer({ json: schedules, text: showSchedules(schedules) });
    return exitCode.done;
  });
}
