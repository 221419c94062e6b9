import type { RunReport } from '../control/run-status.ts';
import type { ChunkStatus, RunResult } from '../domain/run/run-result.ts';
import { counted } from './counted.ts';
import { showNow } from './show-progress.ts';
import { table } from './table.ts';

/** A run's result for a person: what is there, what is not and why, what to look at. */
export function showResult(result: RunResult): string {
  const { chunks, period } = result;
  const lines = [
    `${result.river} ${result.status}: run ${result.workflowId}`,
    result.retryOf === null ? undefined : retryLine(result.retryOf, chunks),
    period ? `Period ${period.start} to ${period.end}` : undefined,
    chunks
      ? [countsOf(chunks), counted(result.rows ?? 0, 'row'), counted(result.calls ?? 0, 'call')].join(' · ')
      : undefined,
    ...result.failedChunks.map(({ start, end, error }) => `  not loaded ${daysOf(start, end)}: ${error}`),
    ...result.warnings.map(({ start, end, message }) => `  warning ${daysOf(start, end)}: ${message}`),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

function retryLine(workflowId: string, chunks: RunResult['chunks']): string {
  const line = `Retry of ${workflowId}`;
  return chunks?.total === 0 ? `${line}. Nothing was left to load.` : line;
}

export function showChunks(chunks: readonly ChunkStatus[]): string {
  return table(
    ['chunk', 'state', 'rows', 'calls', 'attempts', 'error'],
    chunks.map(({ start, end, state, rows, calls, attempts, error }) => [
      daysOf(start, end),
      state,
      rows,
      calls,
      attempts,
      error ?? '',
    ]),
  );
}

/** One run, chunk by chunk; of one that was never opened why that is so. */
export function showReport(run: RunReport): string {
  const now = run.progress ? showNow(run.progress) : '';
  const result = `${showResult(run)}${now === '' ? '' : `\nNow ${now}`}${run.paused ? pausedLine(run.workflowId) : ''}`;
  if (run.error !== null) return `${result}\n${run.error}`;
  return run.chunkStates.length === 0 ? result : `${result}\n\n${showChunks(run.chunkStates)}`;
}

const pausedLine = (workflowId: string): string => `\nPaused. It goes on with: river resume ${workflowId}`;

export function showRuns(runs: readonly RunReport[]): string {
  if (runs.length === 0) return 'No runs yet. Start one: river run <river> --wait';
  return table(
    ['run', 'river', 'status', 'period', 'chunks', 'rows', 'calls', 'started'],
    runs.map(({ workflowId, river, status, paused, period, chunks, rows, calls, startedAt }) => [
      workflowId,
      river,
      paused ? 'paused' : status,
      period ? `${period.start}/${period.end}` : '–',
      chunks ? `${chunks.loaded}/${chunks.total}` : '–',
      rows,
      calls,
      startedAt,
    ]),
  );
}

const countsOf = ({ loaded, total, failed, skipped }: NonNullable<RunResult['chunks']>): string =>
  [
    `${loaded} of ${counted(total, 'chunk')} loaded`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');

const daysOf = (start: string | null, end: string | null): string =>
  start === null ? '–' : `${start}/${end}`;
