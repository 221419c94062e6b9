import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { mayBeListening, type TemporalClient } from '#control/connect-temporal';
import { withManifests } from '#control/manifests';
import { type RunEnd, waitForEnd } from '#control/run-end';
import { runStatus } from '#control/run-status';
import { awaitFirstTask, type RunHandle } from '#control/start-run';
import { cancelRun } from '#control/steer-run';
import { watchRun } from '#control/watch-run';
import { ConfigurationError } from '#domain/errors';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RunResult, Warning } from '#domain/run/run-result';
import { guessWebUi, runPage, startForm } from '#domain/run/web-ui';
import { statusCommand } from '#domain/verify/repair-command';
import { type CommandContext, InterruptedError } from './context.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { createLiveView, type WatchedRun } from './live-view.ts';
import { showResult } from './show-run.ts';

/** A run that a command has started. */
export interface Started {
  readonly river: string;
  readonly handle: RunHandle;
  /** The workflow id of the run that it retries. */
  readonly retryOf?: string | null;
  /** Whether to wait until it has closed. */
  readonly wait: boolean;
  /** Its worker is this process, and stops with it. */
  readonly local?: boolean;
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
  const addresses = await showAddresses(context, temporal, handle.workflowId);
  if (!wait) {
    terminal.answer({
      json: running(started),
      text: [startedLine, ...addresses, lookAt(handle.workflowId)].join('\n'),
    });
    // It lies in Temporal whatever comes, so the answer is out before it is known whether a worker takes it.
    await awaitFirstTask(handle, context.interrupted);
    return exitCode.done;
  }
  terminal.inform([startedLine, ...addresses].join('\n'));
  return followToEnd(context, temporal, started);
}

const lookAt = (workflowId: string): string => `Look at it: ${statusCommand(workflowId)}`;

/** Where a run is in Temporal's Web UI, and the form there that starts another like it; nothing where that is not known. */
export async function showAddresses(
  { environment }: CommandContext,
  temporal: TemporalClient,
  workflowId: string,
): Promise<string[]> {
  const webUi = environment.webUi ?? (await findWebUi(temporal.address));
  if (webUi === undefined) return [];
  return [
    `Web UI      ${runPage(webUi, temporal, workflowId)}`,
    `Start form  ${startForm(webUi, temporal)}&workflowId=${encodeURIComponent(workflowId)}`,
  ];
}

/** The usual address, where something listens there. */
async function findWebUi(address: string): Promise<string | undefined> {
  const guess = guessWebUi(address);
  return guess !== undefined && (await mayBeListening(new URL(guess).host)) ? guess : undefined;
}

/** Shows what a run does until it has closed, and prints its result. */
export async function followToEnd(
  context: CommandContext,
  temporal: TemporalClient,
  started: Started,
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const { river, handle } = started;
  const { workflowId } = handle;
  const watched: WatchedRun = { river, workflowId };
  const warnings = terminal.isLive ? await followWarnings(context, workflowId) : undefined;
  try {
    const view = createLiveView(terminal, () => ({ ...watched, lastWarning: warnings?.last() }));
    return await answerEnd(context, temporal, started, await watchRun(temporal, handle, view, interrupted));
  } catch (error) {
    terminal.keepDrawn();
    if (await wantsToCancel(context)) return cancelAndAnswer(context, temporal, started);
    // The run goes on when the watch ends.
    if (interrupted.aborted) {
      terminal.say(
        started.local
          ? 'Interrupted. The run goes on when a worker takes it: river worker.'
          : 'Interrupted. The run goes on.',
      );
    }
    terminal.answer({ json: running(started), text: lookAt(workflowId) });
    throw error;
  } finally {
    warnings?.stop();
  }
}

/** After a Ctrl-C on a terminal, asks once. */
async function wantsToCancel({ interrupted, terminal }: CommandContext): Promise<boolean> {
  const reason: unknown = interrupted.reason;
  if (!(reason instanceof InterruptedError) || reason.signal !== 'SIGINT' || !terminal.canAsk) return false;
  return (await askOnce('Leave the run going, or cancel it? [l]eave / [c]ancel: ')).startsWith('c');
}

/** An answer in lower case; empty where there is none, such as after another Ctrl-C. */
async function askOnce(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const given = new Promise<string>((resolve) => asking.question(question, resolve));
    const none = Promise.race([once(asking, 'SIGINT'), once(asking, 'close')]).then(() => '');
    return (await Promise.race([given, none])).trim().toLowerCase();
  } finally {
    asking.close();
  }
}

async function cancelAndAnswer(
  context: CommandContext,
  temporal: TemporalClient,
  started: Started,
): Promise<ExitCode> {
  const { workflowId } = started.handle;
  const end = await cancelRun(temporal, workflowId).catch((error: unknown) => {
    // It has ended while the person was asked.
    if (error instanceof ConfigurationError) return waitForEnd(started.handle);
    throw error;
  });
  if (end) return answerEnd(context, temporal, started, end);
  context.terminal.answer({
    json: running(started),
    text: `The run ${workflowId} was asked to end and has not ended yet.\n${lookAt(workflowId)}`,
  });
  return exitCode.interrupted;
}

const askForWarningsEveryMs = 3_000;

/** The last warning that the manifest has of a run, asked for again and again: the run itself does not know it. */
async function followWarnings(
  { configuration }: CommandContext,
  workflowId: string,
): Promise<{ last(): Warning | undefined; stop(): void }> {
  const read = await configuration();
  const stopped = new AbortController();
  let last: Warning | undefined;
  void withManifests(read, async (manifests) => {
    while (!stopped.signal.aborted) {
      last = await manifests.lastWarning(workflowId);
      await sleep(askForWarningsEveryMs, undefined, { signal: stopped.signal });
    }
    // A view without them does as well.
  }).catch(() => {});
  return { last: () => last, stop: () => stopped.abort() };
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
