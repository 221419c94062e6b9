import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { withManifests } from '#control/manifests';
import { type RunReport, runStatus } from '#control/run-status';
import { startRun } from '#control/start-run';
import { ConfigurationError } from '#domain/errors';
import { action, type CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { sayMissing } from '../show-run.ts';

interface Flags {
  readonly wait?: boolean;
  readonly allowEmptied?: boolean;
}

export function addRetry(program: Command): void {
  program
    .command('retry')
    .description('Load the chunks of an earlier run that are not loaded, and only those')
    .argument('<workflow id>', 'workflow id of a run that has closed; `river status` lists the newest')
    .option('--allow-emptied', 'delete rows of days for which the API no longer returns any')
    .option('--wait', 'wait until the retry has closed, and print its result')
    .action(action(retry));
}

async function retry(context: CommandContext, workflowId: string, flags: Flags): Promise<ExitCode> {
  const configuration = await context.configuration();
  return withTemporal(async (temporal) => {
    const run = await withManifests(configuration, async (manifests) => {
      const found = await runStatus(temporal, manifests, workflowId);
      sayMissing(context.terminal, manifests.missing);
      return found;
    });
    refuseUnfit(run);
    const { river } = run;
    const { allowEmptied } = flags;
    const input = { retryFailedChunksOf: workflowId, ...(allowEmptied && { allowEmptied }) };
    const handle = await startRun(temporal, { river, input });
    const retryOf = run.retryOf ?? workflowId;
    return followRun(context, temporal, { river, handle, retryOf, wait: flags.wait === true });
  });
}

/** Refuses what the run itself would refuse, before it is started. */
function refuseUnfit({ workflowId, status, chunks, river }: RunReport): void {
  if (status === 'running') {
    throw new ConfigurationError(
      `The run ${workflowId} is still under way. Wait until it has closed, or cancel it.`,
    );
  }
  if (chunks === null) {
    throw new ConfigurationError(
      `The run ${workflowId} was never opened, so it has no chunks to load. Start it again${river === '' ? '' : `: river run ${river}`}.`,
    );
  }
}
