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
import { createProgressView, showResult } from './show-run.ts';

/** A run that a command has started. */
export interface Started {
  readonly river: string;
  readonly handle: RunHandle;
  /** The workflow id of the run that it retries. */
  readonly retryOf?: string | null;
  /** Whether to wait until it has closed. */
  readonly wait: boolean;
}

/** Prints the run that was started; with `wait`, shows its progress and prints its result. */
export async function followRun(
  context: CommandContext,
  temporal: TemporalClient,
  started: Started,
): Promise<ExitCode> {
  const { terminal } = context;
  const { river, handle, wait } = started;
  const startedLine = `Started ${river}: run ${handle.workflowId}`;
  const statusHint = `Look at it: river status ${handle.workflowId}`;
  if (!wait) {
    terminal.answer({ json: running(started), text: `${startedLine}\n${statusHint}` });
    return exitCode.done;
  }
  terminal.say(startedLine);
  const end = await watchRun(temporal, handle, createProgressView(terminal), context.interrupted).catch(
    (error: unknown) => {
      // The run goes on when the watch ends.
      if (context.interrupted.aborted) terminal.say('Interrupted. The run goes on.');
      terminal.answer({ json: running(started), text: statusHint });
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
      // The chunks show the reasons, each of them once.
      const error = end.kind === 'ChunksFailed' ? null : `${end.kind}: ${end.message}`;
      terminal.answer({ json: result, text: showResult(result, error) });
      const refused = end.kind === 'ConfigurationError' && result.chunks === null;
      return refused ? exitCode.usage : exitCode.failed;
    }
    // Temporal stores no result of these runs; the manifest shows what was loaded.
    case 'cancelled':
    case 'terminated': {
      const result = await withManifests(await context.configuration(), (manifests) =>
        runStatus(temporal, manifests, started.handle.workflowId),
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
