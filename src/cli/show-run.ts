import type { MissingWarehouse } from '#control/manifests';
import type { RunReport } from '#control/run-status';
import type { ChunkStatus, RunResult } from '#domain/run/run-result';
import {
  behindSentence,
  countsText,
  errorSentence,
  groupByError,
  repairSentence,
  retriedSentence,
} from '#domain/run/sentences';
import { type Terminal, table } from './terminal.ts';

/** The result of a run for a person: what is loaded, what is not and why, warnings, and what to do. */
export function showResult(result: RunResult, error: string | null = null): string {
  const { chunks, period } = result;
  const lines = [
    `${result.river} ${result.status}: run ${result.workflowId}`,
    result.retryOf === null ? undefined : showRetry(result.retryOf, chunks),
    period ? `Period ${period.start} to ${period.end}` : undefined,
    chunks ? countsText(result) : undefined,
    ...groupByError(result.failedChunks).map((each) => `  ${errorSentence(each)}`),
    isAlreadyShown(error, result) ? undefined : error,
    ...result.warnings.map(({ start, end, message }) => `  warning ${showDays(start, end)}: ${message}`),
    repairSentence(result, error),
  ];
  return lines.filter((line) => line !== undefined && line !== null && line !== '').join('\n');
}

/** The error that stopped a run is also the error of its chunks; it is shown once. */
const isAlreadyShown = (error: string | null, { failedChunks }: RunResult): boolean =>
  error === null ||
  failedChunks.some((failed) => error === failed.error || error.startsWith(failed.error.replace(/…$/, '')));

function showRetry(workflowId: string, chunks: RunResult['chunks']): string {
  const line = `Retry of ${workflowId}`;
  return chunks?.total === 0 ? `${line}. Nothing was left to load.` : line;
}

/** `status`: of their run, once it has ended. Chunks that it has not begun wait for nothing then. */
export function showChunks(chunks: readonly ChunkStatus[], status: RunResult['status']): string {
  const isOver = status !== 'running';
  return table(
    ['chunk', 'state', 'rows', 'calls', 'attempts'],
    chunks.map(({ start, end, state, rows, calls, attempts }) => [
      showDays(start, end),
      isOver && (state === 'waiting' || state === 'pulling') ? `not loaded (${status})` : state,
      rows,
      calls,
      attempts,
    ]),
  );
}

/** One run, chunk by chunk; for one that was never opened, the reason. */
export function showReport(run: RunReport): string {
  const lines = [
    showResult(run, run.error),
    run.status === 'running' && run.sentence !== '' ? `Now: ${run.sentence}` : '',
    run.startsBehind > 0 ? behindSentence(run.startsBehind, run.workflowId) : '',
    retriedSentence(run.retries, run.chunks),
  ];
  const text = lines.filter((line) => line !== '').join('\n');
  return run.chunkStates.length === 0 ? text : `${text}\n\n${showChunks(run.chunkStates, run.status)}`;
}

export function showRuns(runs: readonly RunReport[]): string {
  if (runs.length === 0) return 'No runs yet. Start one: river run <river> --wait';
  const lines = table(
    ['run', 'river', 'status', 'period', 'chunks', 'rows', 'calls', 'started'],
    runs.map(({ workflowId, river, status, paused, period, chunks, rows, calls, startedAt }) => [
      workflowId,
      river === '' ? null : river,
      paused ? 'paused' : status,
      period ? `${period.start}/${period.end}` : '–',
      chunks ? `${chunks.loaded}/${chunks.total}` : '–',
      rows,
      calls,
      startedAt,
    ]),
  );
  const notes = runs.flatMap((run) => showNotes(run).map((note) => `${run.workflowId}: ${note}`));
  return notes.length === 0 ? lines : `${lines}\n\n${notes.join('\n')}`;
}

/** What the table does not show: what a run does, why it was refused, which run has retried it. */
function showNotes(run: RunReport): string[] {
  const { status, sentence, error, retries, chunks, startsBehind, workflowId } = run;
  return [
    ...(status === 'running' && sentence !== '' ? [sentence] : []),
    ...(error === null ? [] : [error]),
    ...(startsBehind > 0 ? [behindSentence(startsBehind, workflowId)] : []),
    ...(retries.length === 0 ? [] : [retriedSentence(retries, chunks)]),
  ];
}

const showDays = (start: string | null, end: string | null): string =>
  start === null ? '–' : `${start}/${end}`;

/** Says which warehouses could not be asked, and why. */
export function sayMissing(terminal: Terminal, missing: readonly MissingWarehouse[]): void {
  for (const { warehouse, why } of missing)
    terminal.say(`The manifest of the warehouse ${warehouse} is missing here. ${why.message}`);
}
