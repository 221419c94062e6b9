import type { Command } from 'commander';
import { withBooks } from '../../control/books.ts';
import { withTemporal } from '../../control/connect-temporal.ts';
import { listRuns, runStatus } from '../../control/run-status.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { showReport, showRuns } from '../show-result.ts';

/** Runs listed without a workflow id. */
const listed = 20;

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('The newest runs; or one, chunk by chunk')
    .argument('[workflow id]', 'of a run; left out: the newest runs of all rivers')
    .action(action(status));
}

async function status(
  { terminal, configuration }: CommandContext,
  workflowId: string | undefined,
): Promise<ExitCode> {
  const read = await configuration();
  return withTemporal((temporal) =>
    withBooks(read, async (books) => {
      if (workflowId === undefined) {
        const runs = await listRuns(temporal, books, listed);
        terminal.answer({ json: runs, text: showRuns(runs) });
      } else {
        const run = await runStatus(temporal, books, workflowId);
        terminal.answer({ json: run, text: showReport(run) });
      }
      return exitCode.done;
    }),
  );
}
