import type { ChunkStatus, RunResult } from '../domain/run/run-result.ts';
import { table } from './table.ts';

/** A run's result for a person: what is there, what is not and why, what to look at. */
export function showResult(result: RunResult): string {
  const { chunks, period } = result;
  const lines = [
    `${result.river} ${result.status}: run ${result.workflowId}`,
    period ? `Period ${period.start} to ${period.end}` : undefined,
    chunks
      ? `${chunks.loaded} of ${chunks.total} chunks loaded${chunks.failed > 0 ? `, ${chunks.failed} failed` : ''}${chunks.skipped > 0 ? `, ${chunks.skipped} skipped` : ''} · ${result.rows} rows · ${result.calls} calls`
      : undefined,
    ...result.failedChunks.map(({ start, end, error }) => `  not loaded ${daysOf(start, end)}: ${error}`),
    ...result.warnings.map(({ start, end, message }) => `  warning ${daysOf(start, end)}: ${message}`),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
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

export function showRuns(runs: readonly RunResult[]): string {
  if (runs.length === 0) return 'No runs yet. Start one: river run <river> --wait';
  return table(
    ['run', 'river', 'status', 'period', 'chunks', 'rows', 'calls', 'started'],
    runs.map(({ workflowId, river, status, period, chunks, rows, calls, startedAt }) => [
      workflowId,
      river,
      status,
      period ? `${period.start}/${period.end}` : '–',
      chunks ? `${chunks.loaded}/${chunks.total}` : '–',
      rows,
      calls,
      startedAt,
    ]),
  );
}

const daysOf = (start: string | null, end: string | null): string =>
  start === null ? '–' : `${start}/${end}`;
