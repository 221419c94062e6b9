import type { Command } from 'commander';
import { withBooks } from '../../control/books.ts';
import { type TemporalClient, withTemporal } from '../../control/connect-temporal.ts';
import type { RunEnd } from '../../control/run-end.ts';
import { runStatus } from '../../control/run-status.ts';
import { type RunHandle, startRun } from '../../control/start-run.ts';
import { watchRun } from '../../control/watch-run.ts';
import { readRunInput } from '../../domain/river/read-run-input.ts';
import type { RunProgress } from '../../domain/run/progress.ts';
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

const examples = `
Examples:
  river run customers-by-action --wait
  river run customers-by-action --start 2026-01-01 --end 2026-01-31 --every daily --size 4
  river run customers-by-action --filter actions=12,"10% Bonus" --filter customerAttributes=Country`;

const repeated = (value: string, before: string[] = []): string[] => [...before, value];

export function addRun(program: Command): void {
  program
    .command('run')
    .description('Start a run of a river; with --wait, show its progress and its result')
    .argument('<river>', 'a river of the configuration file')
    .option('--wait', 'stay until the run has closed, and print its result')
    .option('--start <day>', 'first day of data, YYYY-MM-DD; this and what follows hold for this run only')
    .option('--end <day>', 'last day of data, included; left out: the day of the run')
    .option('--predefined <period>', 'yesterday, previous_month, … instead of --start and --end')
    .option('--last-days-back <n>', 'days before the start that are pulled as well')
    .option('--utc-offset <offset>', 'where days begin, such as +02:00')
    .option('--timezone <name>', 'where days begin, such as Europe/London')
    .option('--every <unit>', 'split into chunks: dont_split, daily, monthly or yearly')
    .option('--size <n>', 'units in a chunk')
    .option(
      '--filter <name=values>',
      'ids or names separated by commas, or JSON; for several filters give it several times',
      repeated,
    )
    .option('--load <mode>', 'replace the rows of the days, or append')
    .option('--id <workflow id>', 'of the run; left out: made from the river and the time')
    .addHelpText('after', examples)
    .action(action(run));
}

async function run(context: CommandContext, river: string, flags: Flags): Promise<ExitCode> {
  const { terminal } = context;
  const configuration = await context.configuration();
  const input = runInput(river, flags);
  readRunInput(input, configuration);
  return withTemporal(async (temporal) => {
    const handle = await startRun(temporal, { river, input, workflowId: flags.id });
    const lookAtIt = `Look at it: river status ${handle.workflowId}`;
    if (!flags.wait) {
      const text = `Started ${river}: run ${handle.workflowId}\n${lookAtIt}`;
      terminal.answer({ json: running(river, handle), text });
      return exitCode.done;
    }
    terminal.say(`Started ${river}: run ${handle.workflowId}`);
    const progress = (now: RunProgress) => terminal.progress(showProgress(now));
    const end = await watchRun(handle, progress, context.interrupted).catch((error: unknown) => {
      // What ends the watch does not end the run.
      if (context.interrupted.aborted) terminal.say('Interrupted. The run goes on.');
      terminal.answer({ json: running(river, handle), text: lookAtIt });
      throw error;
    });
    return answerEnd(context, temporal, river, handle, end);
  });
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
