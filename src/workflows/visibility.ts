import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { OpenedRun, RunRef } from '#activities/contract';
import { chunkText } from '#domain/chunk/chunk';
import { durationText } from '#domain/duration';
import type { ChunkProgress, RunProgress } from '#domain/run/progress';
import type { RunResult } from '#domain/run/run-result';
import { callsDone, chunksText, countsText, endSentence, repairSentence } from '#domain/run/sentences';
import { baseUrlProbe, isFreshnessSlice } from '#domain/run/staged-page';
import { riverSearchAttributes } from '#domain/run/temporal-names';

/** Temporal refuses a longer summary, and with it every step of the run: 400 bytes, as JSON. */
const summaryBytes = 300;

/** What stands beside a step or a timer in the Web UI: one line, short enough, whatever names are in it. */
export function summaryText(text: string): string {
  let bytes = 0;
  let cut = '';
  for (const character of text.replace(/\s+/g, ' ')) {
    bytes += jsonBytes(character);
    if (bytes > summaryBytes) return `${cut}…`;
    cut += character;
  }
  return cut;
}

function jsonBytes(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0xd800 && code < 0xe000)) return 6;
  if (code < 0x80) return character === '"' || character === '\\' ? 2 : 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/** What a slice pulls, in words: the report, the days, and the part of their calls. */
export function sliceSummary(
  { report }: Pick<RunRef, 'report'>,
  chunk: string | null,
  slice: string,
): string {
  if (slice === baseUrlProbe) return 'whether the base URL is right';
  if (isFreshnessSlice(slice)) return 'how far the data is complete';
  const what = slice === 'all' ? '' : `, ${slice}`;
  return summaryText(`${report}${chunk === null ? '' : `, ${chunkText(chunk)}`}${what}`);
}

/** Which run it is, in a line. */
export function aboutRun({ run, period, chunks }: Pick<OpenedRun, 'run' | 'period' | 'chunks'>): string {
  const days = period === null ? '' : `, ${chunkText(`${period.start}/${period.end}`)}`;
  return `\`${oneLine(run.river)}\`: report ${run.report} of connection \`${oneLine(run.connection)}\`${days}, into warehouse \`${oneLine(run.warehouse)}\` in ${chunks} ${chunks === 1 ? 'chunk' : 'chunks'}.`;
}

/** A run under way as the Web UI shows it under *User Metadata*: Markdown, one screen. `about`: which run it is. */
export function runDetails(progress: RunProgress, about = ''): string {
  if (progress.state === 'opening') return progress.sentence;
  return joinParagraphs([
    `**${progress.sentence}**`,
    about,
    countsLine(progress),
    ...progress.windows.map(
      ({ calls, perSeconds, free }) =>
        `${free} of ${calls} calls are free in the window of ${durationText(perSeconds * 1000)}.`,
    ),
    chunkList(progress),
  ]);
}

/** The same for a run that has ended; `error`: why it has failed as a whole. */
export function endDetails(
  result: RunResult,
  progress: RunProgress,
  error: string | null,
  about = '',
): string {
  const repair = repairSentence(result, error, '`');
  if (!result.chunks) return joinParagraphs([`**${endSentence(result, error)}**`, repair]);
  return joinParagraphs([
    `**${endSentence(result)}**`,
    error === null || result.status !== 'failed' ? '' : error,
    repair,
    about,
    countsText(result),
    chunkList(progress),
  ]);
}

const countsLine = ({ chunks, rows, calls, plannedCalls }: RunProgress): string =>
  `${chunksText(chunks)} · ${rows} rows · ${callsDone(calls, plannedCalls)}`;

/** A list, because the Web UI sets a table without any space between its columns. */
const chunkList = ({ recent }: RunProgress): string => recent.map(chunkLine).join('\n');

const joinParagraphs = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

/** `3 of 10`, not `3/10`: the Web UI's font would show a fraction. */
function chunkLine({
  chunk,
  state,
  rows,
  calls,
  attempts,
  slicesPulled,
  slices,
  error,
}: ChunkProgress): string {
  const counts = [
    ...(state === 'pulling' ? [`${slicesPulled} of ${slices} slices`] : []),
    `${rows} ${rows === 1 ? 'row' : 'rows'}`,
    `${calls} ${calls === 1 ? 'call' : 'calls'}`,
    ...(attempts > 1 ? [`attempt ${attempts}`] : []),
  ];
  const why = error === null ? '' : `. ${oneLine(error).slice(0, errorAtMost)}`;
  return `- ${chunkText(chunk)}: **${state}**, ${counts.join(', ')}${why}`;
}

const errorAtMost = 160;

/** Text from outside, without what would end its line or its code. */
const oneLine = (text: string): string => text.replace(/[`\r\n]+/g, ' ');

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
