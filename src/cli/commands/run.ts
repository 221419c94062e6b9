import type { Command } from 'commander';
import { withBooks } from '../../control/books.ts';
import { connectTemporal, type TemporalClient } from '../../control/connect-temporal.ts';
import type { RunEnd } from '../../control/run-end.ts';
import { runStatus } from '../../control/run-status.ts';
import { type RunHandle, startRun } from '../../control/start-run.ts';
import { watchRun } from '../../control/watch-run.ts';
import { readRunInput } from '../../domain/river/read-run-input.ts';
import { resultOfUnopened } from '../../domain/run/result-of.ts';
import type { RunResult } from '../../domain/run/run-result.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type RunFlags, runInput } from '../run-input.ts';
import { showProgress } from '../show-progress.ts';
import { showResult } from '../show-result.ts';

interface Flags extends RunFlags {
  readonly wait?: boolean;
  readonly id?: string;
}

const repeated = (value: string, before: string[] = []): string[] => [...before, value];

export function addRun(program: Command): void {
  program
    .command('run')
    .description('Start a run of a river; with --wait, show its progress and its result')
    .argument('<river>', 'a river of the configuration file')
    .option('--start <day>', 'first day of data, YYYY-MM-DD, for this run only')
    .option('--end <day>', 'last day of data')
    .option('--predefined <period>', 'yesterday, previous_month, …')
    .option('--last-days-back <n>', 'days before the start')
    .option('--utc-offset <offset>', 'of the days, +02:00')
    .option('--timezone <name>', 'of the days, Europe/London')
    .option('--every <unit>', 'chunks: dont_split, daily, monthly, yearly')
    .option('--size <n>', 'units in a chunk')
    .option('--filter <name=values>', 'ids or names, separated by commas, or JSON; may be repeated', repeated)
    .option('--load <mode>', 'replace or append')
    .option('--id <workflow id>', 'made from the river and the time without it')
    .option('--wait', 'until the run has closed')
    .action(action(run));
}

async function run(context: CommandContext, river: string, flags: Flags): Promise<ExitCode> {
  const { terminal } = context;
  const configuration = await context.configuration();
  const input = runInput(river, flags);
  readRunInput(input, configuration);
  const temporal = await connectTemporal();
  try {
    const handle = await startRun(temporal, { river, input, workflowId: flags.id });
    if (!flags.wait) {
      const started = running(river, handle);
      terminal.answer({
        json: started,
        text: `Started ${river}: run ${handle.workflowId}\nLook at it: river status ${handle.workflowId}`,
      });
      return exitCode.done;
    }
    terminal.say(`Started ${river}: run ${handle.workflowId}`);
    const end = await watchRun(
      handle,
      (progress) => terminal.progress(showProgress(progress)),
      context.interrupted,
    );
    return await answerEnd(context, temporal, river, handle, end);
  } finally {
    await temporal.close();
  }
}

async function answerEnd(
  context: CommandContext,
  temporal: TemporalClient,
  river: string,
  handle: RunHandle,
  end: RunEnd,
): Promise<ExitCode> {
  const { terminal } = context;
  switch (end.end) {
    case 'succeeded':
      terminal.answer({ json: end.result, text: showResult(end.result) });
      return exitCode.done;
    case 'failed': {
      const result = end.result ?? { ...running(river, handle), status: 'failed' as const };
      terminal.answer({ json: result, text: `${showResult(result)}\n${end.kind}: ${end.message}` });
      const refused = end.kind === 'ConfigurationError' && result.chunks === null;
      return refused ? exitCode.usage : exitCode.failed;
    }
    // Temporal stores no result of these; what was loaded stands in the manifest.
    case 'cancelled':
    case 'terminated': {
      const result = await withBooks(await context.configuration(), (books) =>
        runStatus(temporal, books, handle.workflowId),
      );
      terminal.answer({ json: result, text: showResult(result) });
      return exitCode.failed;
    }
  }
}

const running = (river: string, handle: RunHandle): RunResult =>
  resultOfUnopened({
    river,
    workflowId: handle.workflowId,
    runId: handle.firstExecutionRunId,
    status: 'running',
    startedAt: null,
    finishedAt: null,
  });
