import type { Command } from 'commander';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { showReport } from '../show-run.ts';

export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('Cancel a run, also a paused one; loaded chunks stay')
    .summary('cancel a run; loaded chunks stay')
    .argument('<workflow id>', 'of a running or paused run')
    .addHelpText(
      'after',
      examples(
        ['Cancel a run', 'river cancel customers-by-action-20260131T100000Z-3f9c'],
        [
          'Cancel it and read its result in a program',
          'river cancel customers-by-action-20260131T100000Z-3f9c --json',
        ],
      ),
    )
    .action(action(cancel));
}

async function cancel({ terminal, configuration }: CommandContext, workflowId: string): Promise<ExitCode> {
  const read = await configuration();
  const { withTemporal } = await import('#control/connect-temporal');
  const { withManifests } = await import('#control/manifests');
  const { runStatus } = await import('#control/run-status');
  const { cancelRun } = await import('#control/steer-run');
  return withTemporal(async (temporal) => {
    const end = await cancelRun(temporal, workflowId);
    if (!end)
      terminal.say(
        `The run ${workflowId} was asked to end and has not ended yet: it is loading a chunk, or waits for a worker or its warehouse.`,
      );
    // Temporal stores no result of a cancelled run; the manifest has it.
    const run = await withManifests(read, (manifests) => runStatus(temporal, manifests, workflowId));
    terminal.answer({ json: run, text: showReport(run) });
    return exitCode.done;
  });
}
