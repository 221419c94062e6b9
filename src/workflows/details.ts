import type { ChunkProgress, RunProgress } from '#domain/run/progress';
import type { RunResult } from '#domain/run/run-result';
import { callsDone, chunksText, countsText, endSentence, repairSentence } from '#domain/run/sentences';

/** The run as a person reads it in the Web UI under *User Metadata*: Markdown, a screen long. */
export function detailsOf(progress: RunProgress): string {
  if (progress.state === 'opening') return progress.sentence;
  return joined([
    progress.sentence,
    countsOf(progress),
    ...progress.windows.map(
      ({ calls, perSeconds, free }) => `${free} of ${calls} calls left in the window of ${perSeconds} s.`,
    ),
    tableOf(progress),
  ]);
}

/** The same of one that has ended; `error`: why it has failed as a whole. */
export function detailsOfEnd(result: RunResult, progress: RunProgress, error: string | null): string {
  const repair = repairSentence(result, error, '`');
  if (!result.chunks) return joined([`**${endSentence(result, error)}**`, repair]);
  return joined([
    `**${endSentence(result)}**`,
    error === null || result.status !== 'failed' ? '' : error,
    repair,
    countsText(result),
    tableOf(progress),
  ]);
}

const countsOf = ({ chunks, rows, calls, plannedCalls }: RunProgress): string =>
  `**${chunksText(chunks)}** · ${rows} rows · ${callsDone(calls, plannedCalls)}`;

const tableOf = ({ recent }: RunProgress): string =>
  recent.length === 0
    ? ''
    : '| chunk | state | rows | calls | attempts | slices | last error |\n| --- | --- | ---: | ---: | ---: | ---: | --- |\n' +
      recent.map(rowOf).join('\n');

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

/** `3 of 10`, not `3/10`: the Web UI's font makes a fraction of that. */
const rowOf = (chunk: ChunkProgress): string =>
  `| ${chunk.chunk} | ${chunk.state} | ${chunk.rows} | ${chunk.calls} | ${chunk.attempts} | ${chunk.slicesPulled} of ${chunk.slices} | ${cell(chunk.error)} |`;

/** Text from outside, kept from ending the cell. */
const cell = (text: string | null): string => (text ?? '').replace(/[|\r\n]+/g, ' ').slice(0, 120);
