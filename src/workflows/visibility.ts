import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';
import { chunkText } from '#domain/chunk/chunk';
import type { ChunkProgress, RunProgress } from '#domain/run/progress';
import type { RunResult } from '#domain/run/run-result';
import { callsDone, chunksText, countsText, endSentence, repairSentence } from '#domain/run/sentences';
import { riverSearchAttributes } from '#domain/run/temporal-names';

/** A run under way as the Web UI shows it under *User Metadata*: Markdown, one screen. */
export function runDetails(progress: RunProgress): string {
  if (progress.state === 'opening') return progress.sentence;
  return joinParagraphs([
    progress.sentence,
    countsLine(progress),
    ...progress.windows.map(
      ({ calls, perSeconds, free }) => `${free} of ${calls} calls left in the window of ${perSeconds} s.`,
    ),
    chunkTable(progress),
  ]);
}

/** The same for a run that has ended; `error`: why it has failed as a whole. */
export function endDetails(result: RunResult, progress: RunProgress, error: string | null): string {
  const repair = repairSentence(result, error, '`');
  if (!result.chunks) return joinParagraphs([`**${endSentence(result, error)}**`, repair]);
  return joinParagraphs([
    `**${endSentence(result)}**`,
    error === null || result.status !== 'failed' ? '' : error,
    repair,
    countsText(result),
    chunkTable(progress),
  ]);
}

const countsLine = ({ chunks, rows, calls, plannedCalls }: RunProgress): string =>
  `**${chunksText(chunks)}** · ${rows} rows · ${callsDone(calls, plannedCalls)}`;

const chunkTable = ({ recent }: RunProgress): string =>
  recent.length === 0
    ? ''
    : '| chunk | state | rows | calls | attempts | slices | last error |\n| --- | --- | ---: | ---: | ---: | ---: | --- |\n' +
      recent.map(chunkRow).join('\n');

const joinParagraphs = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

/** `3 of 10`, not `3/10`: the Web UI's font would show a fraction. */
const chunkRow = (chunk: ChunkProgress): string =>
  `| ${chunkText(chunk.chunk)} | ${chunk.state} | ${chunk.rows} | ${chunk.calls} | ${chunk.attempts} | ${chunk.slicesPulled} of ${chunk.slices} | ${cell(chunk.error)} |`;

/** Text from outside, shortened, without what would end the table's cell. */
const cell = (text: string | null): string => (text ?? '').replace(/[|\r\n]+/g, ' ').slice(0, 120);

const riverName = defineSearchAttributeKey('RiverName', riverSearchAttributes.RiverName);
const riverReport = defineSearchAttributeKey('RiverReport', riverSearchAttributes.RiverReport);
const riverConnection = defineSearchAttributeKey('RiverConnection', riverSearchAttributes.RiverConnection);
export const riverFailedChunks = defineSearchAttributeKey(
  'RiverFailedChunks',
  riverSearchAttributes.RiverFailedChunks,
);

/** Temporal sets this on runs that a schedule starts: the nominal time, also for catch-up and backfill. */
export const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** Setting an attribute that is not registered would fail the workflow task for ever: a run sets only those found when it was opened. */
export const isRegistered = (opened: OpenedRun, name: string): boolean =>
  opened.searchAttributes.includes(name);

/** Sets what the run can be found by: river, report, connection. */
export function setRunAttributes(opened: OpenedRun): void {
  const { river, report, connection } = opened.run;
  const values = [
    { key: riverName, value: river },
    { key: riverReport, value: report },
    { key: riverConnection, value: connection },
    { key: riverFailedChunks, value: 0 },
  ];
  const known = values.filter(({ key }) => isRegistered(opened, key.name));
  if (known.length > 0) upsertSearchAttributes(known);
}
