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
import { table } from './table.ts';

/** A run's result for a person: what is there, what is not and why, what to look at, what to do. */
export function showResult(result: RunResult, error: string | null = null): string {
  const { chunks, period } = result;
  const lines = [
    `${result.river} ${result.status}: run ${result.workflowId}`,
    result.retryOf === null ? undefined : retryLine(result.retryOf, chunks),
    period ? `Period ${period.start} to ${period.end}` : undefined,
    chunks ? countsText(result) : undefined,
    ...groupByError(result.failedChunks).map((each) => `  ${errorSentence(each)}`),
    isTold(error, result) ? undefined : error,
    ...result.warnings.map(({ start, end, message }) => `  warning ${daysOf(start, end)}: ${message}`),
    repairSentence(result, error),
  ];
  return lines.filter((line) => line !== undefined && line !== null && line !== '').join('\n');
}

/** What has stopped a run stands as the error of its chunks as well, and is said once. */
const isTold = (error: string | null, { failedChunks }: RunResult): boolean =>
  error === null ||
  failedChunks.some((failed) => error === failed.error || error.startsWith(failed.error.replace(/…$/, '')));

function retryLine(workflowId: string, chunks: RunResult['chunks']): string {
  const line = `Retry of ${workflowId}`;
  return chunks?.total === 0 ? `${line}. Nothing was left to load.` : line;
}

export function showChunks(chunks: readonly ChunkStatus[]): string {
  return table(
    ['chunk', 'state', 'rows', 'calls', 'attempts'],
    chunks.map(({ start, end, state, rows, calls, attempts }) => [
      daysOf(start, end),
      state,
      rows,
      calls,
      attempts,
    ]),
  );
}

/** One run, chunk by chunk; of one that was never opened why that is so. */
export function showReport(run: RunReport): string {
  const lines = [
    showResult(run, run.error),
    run.status === 'running' && run.sentence !== '' ? `Now: ${run.sentence}` : '',
    run.startsBehind > 0 ? behindSentence(run.startsBehind, run.workflowId) : '',
    retriedSentence(run.retries, run.chunks),
  ];
  const text = lines.filter((line) => line !== '').join('\n');
  return run.chunkStates.length === 0 ? text : `${text}\n\n${showChunks(run.chunkStates)}`;
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
  const notes = runs.flatMap((run) => notesOf(run).map((note) => `${run.workflowId}: ${note}`));
  return notes.length === 0 ? lines : `${lines}\n\n${notes.join('\n')}`;
}

/** What a line of the list does not show: what a run does, why it was refused, who has retried it. */
function notesOf(run: RunReport): string[] {
  const { status, sentence, error, retries, chunks, startsBehind, workflowId } = run;
  return [
    ...(status === 'running' && sentence !== '' ? [sentence] : []),
    ...(error === null ? [] : [error]),
    ...(startsBehind > 0 ? [behindSentence(startsBehind, workflowId)] : []),
    ...(retries.length === 0 ? [] : [retriedSentence(retries, chunks)]),
  ];
}

const daysOf = (start: string | null, end: string | null): string =>
  start === null ? '–' : `${start}/${end}`;
