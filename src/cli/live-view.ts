/** What `run --wait`, `retry --wait` and `status --watch` show of a run under way: drawn on a terminal, line by line elsewhere. */

import type { RunView } from '#control/run-in-temporal';
import { durationText } from '#domain/duration';
import type { RunProgress } from '#domain/run/progress';
import type { Warning } from '#domain/run/run-result';
import { runSentences, standsStill } from '#domain/run/sentences';
import { inLocalTime, localTime } from './local-time.ts';
import { cutToWidth, drawnColors, type Terminal, wrapToWidth } from './terminal.ts';

/** A run, and what its manifest knows of it beside what it reports itself. */
export interface WatchedRun {
  readonly river: string;
  readonly workflowId: string;
  readonly lastWarning?: Warning | undefined;
}

/** Shows each view that it is given. */
export function createLiveView(terminal: Terminal, run: () => WatchedRun): (view: RunView) => void {
  if (terminal.isLive) {
    return (view) => terminal.draw(drawRun(view, run(), terminal.width));
  }
  let lastSentence = '';
  return ({ progress, sentence, ...facts }) => {
    const isWaiting = progress === undefined || standsStill({ ...progress, ...facts });
    if (isWaiting && sentence !== lastSentence) terminal.inform(sentence);
    lastSentence = isWaiting ? sentence : '';
    if (progress) terminal.progress(showProgress(progress));
  };
}

/** The progress of a run in one line. */
function showProgress(progress: RunProgress): string {
  const { chunks, rows, calls, plannedCalls, state, expectedEnd, sentence } = progress;
  if (state === 'opening') return sentence;
  return [
    `${chunkBar(progress)} ${chunks.loaded}/${chunks.total} chunks`,
    `${rows} rows`,
    `${calls}${plannedCalls === null ? '' : `/${plannedCalls}`} calls`,
    ...(chunks.failed > 0 ? [`${chunks.failed} failed`] : []),
    ...(expectedEnd === null ? [] : [`not done before ${expectedEnd.slice(11, 19)} UTC`]),
  ].join(' · ');
}

/** The run in a few lines, none wider than the terminal. Times are the person's own. */
export function drawRun(
  { progress, sentence, ...facts }: RunView,
  { river, workflowId, lastWarning }: WatchedRun,
  columns: number,
  now = new Date(),
  timeZone?: string,
): string[] {
  // Whole, in several lines where they must be: when a wait ends, and the command that ends it, stand last.
  const lines = (label: string, text: string) =>
    wrapToWidth(text, columns - labelWidth).map((part, at) =>
      cutToWidth(`${(at === 0 ? label : '').padEnd(labelWidth)}${part}`, columns),
    );
  const said = progress
    ? runSentences({ ...progress, ...facts, workflowId }).filter(saysNotTheEnd)
    : [sentence];
  const bold = (text: string) => drawnColors.bold(text);
  return [
    ...wrapToWidth(`${river} · run ${workflowId}`, columns).map(bold),
    ...(progress && progress.state !== 'opening' ? drawNumbers(progress, lines) : []),
    ...said.flatMap((text, at) => lines(at === 0 ? 'now' : '', inLocalTime(text, now, timeZone))),
    ...(progress?.expectedEnd
      ? lines('end', `not before ${localTime(progress.expectedEnd, now, timeZone)}`)
      : []),
    ...(lastWarning ? lines('warning', warningText(lastWarning)).map(drawnColors.yellow) : []),
  ];
}

const labelWidth = 9;

function drawNumbers(progress: RunProgress, lines: (label: string, text: string) => string[]): string[] {
  const { chunks, rows, calls, plannedCalls, windows } = progress;
  const failed = chunks.failed > 0 ? `, ${chunks.failed} failed` : '';
  return [
    ...lines('chunks', `${chunkBar(progress)} ${chunks.loaded} of ${chunks.total} loaded${failed}`),
    ...lines('rows', String(rows)),
    ...lines('calls', plannedCalls === null ? String(calls) : `${calls} of ${plannedCalls}`),
    ...windows.flatMap((window, at) =>
      lines(
        at === 0 ? 'budget' : '',
        `${bar(window.used / window.calls)} ${window.used} of ${window.calls} calls used in ${durationText(window.perSeconds * 1000)}`,
      ),
    ),
  ];
}

/** The end has a line of its own. */
const saysNotTheEnd = (sentence: string): boolean => !sentence.startsWith('The run will not end before');

const warningText = ({ start, end, message }: Warning): string =>
  start === null ? message : `${start === end ? start : `${start}/${end}`}: ${message}`;

const barWidth = 20;

const bar = (share: number): string =>
  '█'.repeat(Math.round(Math.min(1, share) * barWidth)).padEnd(barWidth, '░');

const chunkBar = ({ chunks }: Pick<RunProgress, 'chunks'>): string =>
  bar(chunks.total === 0 ? 0 : (chunks.loaded + chunks.failed) / chunks.total);
