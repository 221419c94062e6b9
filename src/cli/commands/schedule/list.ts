import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { listSchedules } from '#control/schedules/list-schedules';
import { action, type CommandContext } from '../../context.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { showSchedules } from '../../show-schedules.ts';

export function addList(schedule: Command): void {
  schedule
    .command('list')
    .description('List the schedules: next start, last run, and whether each matches the configuration file')
    .action(action(list));
}

async function list({ terminal, configuration }: CommandContext): Promise<ExitCode> {
  const read = await configuration();
  return withTemporal(async (temporal) => {
    const schedules = await listSchedules(temporal, read);
    terminal.answer({ json: schedules, text: showSchedules(schedules) });
    return exitCode.done;
  });
}
