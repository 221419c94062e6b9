import type { Command } from 'commander';
import type { RunReport } from '#control/run-status';
import { ConfigurationError } from '#domain/errors';
import { quoteForShell } from '#domain/verify/repair-command';
import { action, type CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { sayMissing } from '../show-run.ts';

interface Flags {
  readonly wait?: boolean;
  readonly allowEmptied?: boolean;
}

export function addRetry(program: Command): void {
  program
    .command('retry')
    .description('Load the chunks of an earlier run that are not loaded, and only those')
    .summary('load the chunks that a run has not loaded')
    .argument('<workflow id>', 'workflow id of a run that has closed; `river status` lists the newest')
    .option('--allow-emptied', 'delete rows of days for which the API no longer returns any')
    .option('--wait', 'wait until the retry has closed, and print its result')
    .addHelpText(
      'after',
      examples(
        [
          'Load what a run has not loaded, and follow it',
          'river retry customers-by-action-20260131T100000Z-3f9c --wait',
        ],
        [
          'The same where the API truly has no rows any more for days that had some',
          'river retry customers-by-action-20260131T100000Z-3f9c --allow-emptied',
        ],
      ),
    )
    .action(action(retry));
}

async function retry(context: CommandContext, workflowId: string, flags: Flags): Promise<ExitCode> {
  const configuration = await context.configuration();
  const { withTemporal } = await import('#control/connect-temporal');
  const { withManifests } = await import('#control/manifests');
  const { runStatus } = await import('#control/run-status');
  const { startRun } = await import('#control/start-run');
  const { followRun } = await import('../follow-run.ts');
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
      `The run ${workflowId} was never opened, so it has no chunks to load. Start it again${river === '' ? '' : `: river run ${quoteForShell(river)}`}.`,
    );
  }
}
