import type { RunNow, RunProgress } from '../domain/run/progress.ts';

/** A run in one line, as it goes. */
export function showProgress(progress: RunProgress): string {
  const { chunks, rows, calls, plannedCalls, state } = progress;
  if (state === 'opening') return 'opening the run';
  const parts = [
    ...pauseOf(progress),
    `${bar(chunks.total === 0 ? 0 : (chunks.loaded + chunks.failed) / chunks.total)} ${chunks.loaded}/${chunks.total} chunks`,
    `${rows} rows`,
    `${calls}${plannedCalls === null ? '' : `/${plannedCalls}`} calls`,
  ];
  if (chunks.failed > 0) parts.push(`${chunks.failed} failed`);
  return [...parts, ...waitsOf(progress)].join(' · ');
}

/** What a run under way does and waits for; empty where it simply pulls. */
export const showNow = (now: RunNow): string => [...pauseOf(now), ...waitsOf(now)].join(' · ');

const pauseOf = ({ state }: RunNow): string[] => (state === 'paused' || state === 'pausing' ? [state] : []);

const waitsOf = ({ waitingUntil, waitingForDataUntil, expectedEnd }: RunNow): string[] => [
  ...(waitingUntil === null ? [] : [`waiting for quota until ${waitingUntil}`]),
  ...(waitingForDataUntil === undefined ? [] : [`waiting for data until ${waitingForDataUntil} at most`]),
  ...(expectedEnd === null ? [] : [`done at ${expectedEnd.slice(11, 19)} UTC at the earliest`]),
];

const width = 20;

const bar = (share: number): string => '█'.repeat(Math.round(share * width)).padEnd(width, '░');
