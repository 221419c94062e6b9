import type { Command } from 'commander';
import { withBooks } from '../../control/books.ts';
import { connectTemporal } from '../../control/connect-temporal.ts';
import { listRuns, runStatus } from '../../control/run-status.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { showChunks, showResult, showRuns } from '../show-result.ts';

/** Runs listed without a workflow id. */
const listed = 20;

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('The newest runs; or one, chunk by chunk')
    .argument('[workflow id]', 'of a run')
    .action(action(status));
}

async function status(
  { terminal, configuration }: CommandContext,
  workflowId: string | undefined,
): Promise<ExitCode> {
  const read = await configuration();
  const temporal = await connectTemporal();
  try {
    await withBooks(read, async (books) => {
      if (workflowId === undefined) {
        const runs = await listRuns(temporal, books, listed);
        return terminal.answer({ json: runs, text: showRuns(runs) });
      }
      const run = await runStatus(temporal, books, workflowId);
      terminal.answer({ json: run, text: `${showResult(run)}\n\n${showChunks(run.chunkStates)}` });
    });
    return exitCode.done;
  } finally {
    await temporal.close();
  }
}
