import type { Command } from 'commander';
import { action, type CommandContext } from '../../context.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { examples } from '../../help.ts';
import { showChanges, showNote, showOddDay } from '../../show-schedules.ts';

interface Flags {
  readonly prune?: boolean;
  readonly dryRun?: boolean;
}

export function addApply(schedule: Command): void {
  schedule
    .command('apply')
    .description('Create, change or delete schedules to match the configuration file, and show the changes')
    .option('--prune', 'also delete schedules of rivers that the file no longer schedules')
    .option('--dry-run', 'show the changes without making them')
    .addHelpText(
      'after',
      examples(
        ['See what would change', 'river schedule apply --dry-run'],
        [
          'Make the schedules as the file says, and delete those it no longer has',
          'river schedule apply --prune',
        ],
      ),
    )
    .action(action(apply));
}

async function apply({ terminal, configuration }: CommandContext, flags: Flags): Promise<ExitCode> {
  const { prune = false, dryRun = false } = flags;
  const read = await configuration();
  const { withTemporal } = await import('#control/connect-temporal');
  const { applySchedules } = await import('#control/schedules/apply-schedules');
  return withTemporal(async (temporal) => {
    const { changes, oddDays, notes } = await applySchedules(temporal, read, { prune, dryRun });
    terminal.answer({
      json: { applied: !dryRun, schedules: changes, oddDays, notes },
      text: [showChanges(changes, dryRun), ...oddDays.map(showOddDay), ...notes.map(showNote)].join('\n'),
    });
    return exitCode.done;
  });
}
