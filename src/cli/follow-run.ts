import type { TemporalClient } from '#control/connect-temporal';
import { withManifests } from '#control/manifests';
import type { RunEnd } from '#control/run-end';
import { runStatus } from '#control/run-status';
import type { RunHandle } from '#control/start-run';
import { watchRun } from '#control/watch-run';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RunResult } from '#domain/run/run-result';
import type { CommandContext } from './context.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { createProgressView } from './show-progress.ts';
import { showResult } from './show-result.ts';

/** A run that a command has started. */
export interface Started {
  readonly river: string;
  readonly handle: RunHandle;
  /** The workflow id of the run that it completes. */
  readonly retryOf?: string | null;
  /** Whether to stay until it has closed. */
  readonly wait: boolean;
}

/** Answers with the run that was started; with `wait`, shows its progress and answers with its result. */
export async function followRun(
  context: CommandContext,
  temporal: TemporalClient,
  started: Started,
): Promise<ExitCode> {
  const { terminal } = context;
  const { river, handle, wait } = started;
  const said = `Started ${river}: run ${handle.workflowId}`;
  const lookAtIt = `Look at it: river status ${handle.workflowId}`;
  if (!wait) {
    terminal.answer({ json: running(started), text: `${said}\n${lookAtIt}` });
    return exitCode.done;
  }
  terminal.say(said);
  const end = await watchRun(temporal, handle, createProgressView(terminal), context.interrupted).catch(
    (error: unknown) => {
      // What ends the watch does not end the run.
      if (context.interrupted.aborted) terminal.say('Interrupted. The run goes on.');
      terminal.answer({ json: running(started), text: lookAtIt });
      throw error;
    },
  );
  return answerEnd(context, temporal, started, end);
}

async function answerEnd(
  context: CommandContext,
  temporal: TemporalClient,
  started: Started,
  end: RunEnd,
): Promise<ExitCode> {
  const { terminal } = context;
  switch (end.end) {
    case 'succeeded':
      terminal.answer({ json: end.result, text: showResult(end.result) });
      return exitCode.done;
    case 'failed': {
      const result = end.result ?? { ...running(started), status: 'failed' as const };
      // Its chunks say why, each reason once.
      const error = end.kind === 'ChunksFailed' ? null : `${end.kind}: ${end.message}`;
      terminal.answer({ json: result, text: showResult(result, error) });
      const refused = end.kind === 'ConfigurationError' && result.chunks === null;
      return refused ? exitCode.usage : exitCode.failed;
    }
    // Temporal stores no result of these; what was loaded stands in the manifest.
    case 'cancelled':
    case 'terminated': {
      const result = await withManifests(await context.configuration(), (books) =>
        runStatus(temporal, books, started.handle.workflowId),
      );
      terminal.answer({ json: result, text: showResult(result) });
      return exitCode.failed;
    }
  }
}

const running = ({ river, handle, retryOf = null }: Started): RunResult =>
  buildUnopenedResult({
    river,
    workflowId: handle.workflowId,
    runId: handle.firstExecutionRunId,
    retryOf,
    status: 'running',
    startedAt: null,
    finishedAt: null,
  });
