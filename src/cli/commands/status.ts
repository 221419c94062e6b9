import type { Command } from 'commander';
import { withTemporalIfThere } from '#control/connect-temporal';
import { withManifests } from '#control/manifests';
import { listRuns, runStatus } from '#control/run-status';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { sayMissing, showReport, showRuns } from '../show-run.ts';

/** How many runs are listed without a workflow id. */
const listed = 20;

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('Show the newest runs, or one run chunk by chunk')
    .argument('[workflow id]', 'of one run; default: the newest runs of all rivers')
    .action(action(status));
}

async function status(
  { terminal, configuration }: CommandContext,
  workflowId: string | undefined,
): Promise<ExitCode> {
  const read = await configuration();
  return withTemporalIfThere((temporal, whyNone) =>
    withManifests(read, async (manifests) => {
      if (workflowId === undefined) {
        const runs = await listRuns(temporal, manifests, listed);
        terminal.answer({ json: runs, text: showRuns(runs) });
      } else {
        const run = await runStatus(temporal, manifests, workflowId);
        terminal.answer({ json: run, text: showReport(run) });
      }
      sayMissing(terminal, manifests.missing);
      if (whyNone) terminal.say(`${whyNone.message} ${withoutTemporal}`);
      return whyNone || manifests.missing.length > 0 ? exitCode.unreachable : exitCode.done;
    }),
  );
}

const withoutTemporal =
  'Until then this shows the manifests alone: a run that they call running may have ended.';
