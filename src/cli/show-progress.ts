import type { RunProgress } from '../domain/run/progress.ts';

/** A run in one line, as it goes. */
export function showProgress({
  chunks,
  rows,
  calls,
  plannedCalls,
  waitingUntil,
  expectedEnd,
  state,
}: RunProgress): string {
  if (state === 'opening') return 'opening the run';
  const parts = [
    ...(state === 'paused' || state === 'pausing' ? [state] : []),
    `${bar(chunks.total === 0 ? 0 : (chunks.loaded + chunks.failed) / chunks.total)} ${chunks.loaded}/${chunks.total} chunks`,
    `${rows} rows`,
    `${calls}${plannedCalls === null ? '' : `/${plannedCalls}`} calls`,
  ];
  if (chunks.failed > 0) parts.push(`${chunks.failed} failed`);
  if (waitingUntil !== null) parts.push(`waiting for quota until ${waitingUntil}`);
  if (expectedEnd !== null) parts.push(`done at ${expectedEnd.slice(11, 19)} UTC at the earliest`);
  return parts.join(' · ');
}

const width = 20;

const bar = (share: number): string => '█'.repeat(Math.round(share * width)).padEnd(width, '░');
