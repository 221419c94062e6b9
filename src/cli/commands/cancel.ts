import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { withManifests } from '#control/manifests';
import { runStatus } from '#control/run-status';
import { cancelRun } from '#control/steer-run';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { showReport } from '../show-run.ts';

export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('Cancel a run, also a paused one; loaded chunks stay')
    .argument('<workflow id>', 'of a running or paused run')
    .action(action(cancel));
}

async function cancel({ terminal, configuration }: CommandContext, workflowId: string): Promise<ExitCode> {
  const read = await configuration();
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
