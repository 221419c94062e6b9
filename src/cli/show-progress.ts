import type { RunView } from '#control/run-in-temporal';
import type { RunProgress } from '#domain/run/progress';
import { standsStill } from '#domain/run/sentences';
import type { Terminal } from './terminal.ts';

/** Shows a run as it goes: its numbers in one line, and a line of its own for each thing that it waits for. */
export function createProgressView(terminal: Terminal): (view: RunView) => void {
  let said = '';
  return ({ progress, sentence, ...facts }) => {
    const isHeldUp = progress === undefined || standsStill({ ...progress, ...facts });
    if (isHeldUp && sentence !== said) terminal.say(sentence);
    said = isHeldUp ? sentence : '';
    if (progress) terminal.progress(showProgress(progress));
  };
}

/** A run in one line. */
export function showProgress(progress: RunProgress): string {
  const { chunks, rows, calls, plannedCalls, state, expectedEnd, sentence } = progress;
  if (state === 'opening') return sentence;
  return [
    `${bar(chunks.total === 0 ? 0 : (chunks.loaded + chunks.failed) / chunks.total)} ${chunks.loaded}/${chunks.total} chunks`,
    `${rows} rows`,
    `${calls}${plannedCalls === null ? '' : `/${plannedCalls}`} calls`,
    ...(chunks.failed > 0 ? [`${chunks.failed} failed`] : []),
    ...(expectedEnd === null ? [] : [`done at ${expectedEnd.slice(11, 19)} UTC at the earliest`]),
  ].join(' · ');
}

const width = 20;

const bar = (share: number): string => '█'.repeat(Math.round(share * width)).padEnd(width, '░');
