import type { ChunkProgress, RunProgress } from '../domain/run/progress.ts';
import { sentenceOfHold } from '../domain/run/warehouse-trouble.ts';

/** The run as a person reads it in the Web UI under *User Metadata*: Markdown, a screen long. */
export function detailsOf(progress: RunProgress): string {
  const { chunks } = progress;
  const held = progress.heldBy ? sentenceOfHold(progress.heldBy) : '';
  if (progress.state === 'opening')
    return ['Opening the run.', held].filter((part) => part !== '').join('\n\n');
  const planned = progress.plannedCalls === null ? '' : ` of ${progress.plannedCalls} planned`;
  return [
    `**${chunks.loaded} of ${chunks.total} chunks loaded**${chunks.failed > 0 ? `, ${chunks.failed} failed` : ''} · ` +
      `${progress.rows} rows · ${progress.calls}${planned} calls`,
    pauseIn(progress),
    held,
    progress.waitingUntil === null ? '' : `Waiting for quota until ${progress.waitingUntil}.`,
    progress.waitingForDataUntil === undefined
      ? ''
      : `Waiting for data, at most until ${progress.waitingForDataUntil}.`,
    progress.expectedEnd === null ? '' : `Expected to be done at ${progress.expectedEnd}.`,
    ...progress.windows.map(
      ({ calls, perSeconds, free }) => `${free} of ${calls} calls left in the window of ${perSeconds} s.`,
    ),
    '| chunk | state | rows | calls | attempts | slices | last error |\n| --- | --- | ---: | ---: | ---: | ---: | --- |\n' +
      progress.recent.map(rowOf).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const pauseIn = ({ state }: RunProgress): string => {
  if (state === 'paused') return '**Paused.** The update `resume` lets the run go on.';
  return state === 'pausing' ? '**Pausing:** calls in flight end, nothing new begins.' : '';
};

/** `3 of 10`, not `3/10`: the Web UI's font makes a fraction of that. */
const rowOf = (chunk: ChunkProgress): string =>
  `| ${chunk.chunk} | ${chunk.state} | ${chunk.rows} | ${chunk.calls} | ${chunk.attempts} | ${chunk.slicesPulled} of ${chunk.slices} | ${cell(chunk.error)} |`;

/** Text from outside, kept from ending the cell. */
const cell = (text: string | null): string => (text ?? '').replace(/[|\r\n]+/g, ' ').slice(0, 120);
