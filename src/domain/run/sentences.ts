import { chunkText } from '../chunk/chunk.ts';
import { quoteForShell, retryCommand, runCommand } from '../verify/repair-command.ts';
import type { RetriedStep, RunNow, RunProgress } from './progress.ts';
import type { CallCounts, MergeCounts, RetryOfRun, RunResult } from './run-result.ts';
import type { RunWait } from './waits.ts';
import { unwritableSentence } from './warehouse-trouble.ts';

/**
 * The state of a run, in sentences. `status`, `--wait`, `progress`, the Web UI's details and notifications all use these.
 */

/** An instant as a person reads it; the zone is named, because a reader's may be another. */
export const timeText = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

/** What the sentences of a run under way are made of; `recent` is left out where only its state matters. */
export type KnownOfRun = Omit<RunNow, 'sentence' | 'windows'> &
  Partial<Pick<RunProgress, 'recent'>> & { readonly workflowId?: string };

/** What a run under way does, and everything that it waits for; the most important comes first. */
export function runSentences(known: KnownOfRun): string[] {
  const { state, noWorkerSince, workflowId, pausedSince } = known;
  const first = noWorkerSince === undefined ? [] : [withoutWorker(noWorkerSince)];
  if (state === 'paused' || state === 'pausing') {
    return [
      ...first,
      pauseSentence(state, pausedSince, workflowId),
      ...describeCall(known),
      ...describeLock(known),
      ...describeSteps(known),
    ];
  }
  const waits = [...describeWaits(known), ...describeDataWait(known), ...describeSteps(known)];
  if (first.length > 0) return [...first, ...waits];
  const standsStill = waits.length > 0;
  return [
    ...(standsStill ? waits : [whatItDoes(known)]),
    // A pause takes effect once the run is opened.
    ...(state === 'opening' && pausedSince !== undefined
      ? [pauseSentence('paused', pausedSince, workflowId)]
      : []),
    ...describeCall(known),
    ...describeLock(known),
    ...describeEnd(known),
  ];
}

/** The same in one text. */
export const runSentence = (known: KnownOfRun): string => runSentences(known).join(' ');

/** Whether the run waits, is paused or retries something. */
export const standsStill = (known: KnownOfRun): boolean =>
  known.state === 'paused' ||
  known.state === 'pausing' ||
  known.noWorkerSince !== undefined ||
  [
    ...describeWaits(known),
    ...describeDataWait(known),
    ...describeCall(known),
    ...describeLock(known),
    ...describeSteps(known),
  ].length > 0;

const withoutWorker = (since: string | null): string =>
  `No worker has reported${since === null ? '' : ` since ${timeText(since)}`}. The run continues when one is started: river worker`;

function pauseSentence(
  state: 'paused' | 'pausing',
  since: string | undefined,
  workflowId: string | undefined,
): string {
  const from = since === undefined ? '' : ` since ${timeText(since)}`;
  if (state === 'pausing') return `Pausing${from}: calls in flight end, no new ones begin.`;
  const how = workflowId === undefined ? 'the update `resume`' : `river resume ${quoteForShell(workflowId)}`;
  return `Paused${from}. Resume it with: ${how}`;
}

function whatItDoes({ state, recent = [] }: KnownOfRun): string {
  switch (state) {
    case 'opening':
      return 'Opening the run.';
    case 'overwriting':
      return 'Replacing the content of the table.';
    case 'closing':
      return 'Closing the run.';
    case 'ended':
      return 'The run has ended.';
    default:
  }
  const open = recent.filter((chunk) => chunk.state === 'pulling');
  const isLoading = open.every(({ slicesPulled, slices }) => slicesPulled >= slices);
  const [first] = open;
  if (!first) return 'Pulling.';
  const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
  return `${isLoading ? 'Loading' : 'Pulling'} ${chunkText(first.chunk)}${more}.`;
}

/**
 * Slices that only wait for a time are not worth a sentence while others are pulled. Where the API throttles the connection, slices
 * that wait for quota wait for that too, and one sentence is enough.
 */
const describeWaits = ({ waits, waitingUntil }: KnownOfRun): string[] => {
  const isThrottled = waits.some(({ on }) => on === 'throttle');
  return waits
    .filter(({ on }) => on === 'connection' || on === 'warehouse' || waitingUntil !== null)
    .filter(({ on }) => !(isThrottled && on === 'quota'))
    .filter((wait, at) => wait.on !== 'warehouse' || at === waits.findIndex(({ on }) => on === 'warehouse'))
    .map(waitSentence);
};

/** What some slices of a run wait for. */
export function waitSentence(wait: RunWait): string {
  const until = timeText(wait.until);
  switch (wait.on) {
    case 'quota':
      return `Waiting for quota until ${until}.`;
    case 'throttle':
      return `Throttled by the API (429) until ${until}.`;
    case 'sign-in':
      return `The API has answered the sign-in with 429; the next try is at ${until}.`;
    case 'budget':
      return `The call budget does not answer; it is asked again at ${until}.`;
    case 'slot':
      return `Waiting for a free slot: the worker already runs as many slices of this connection as it may. Next try at ${until}.`;
    case 'warehouse': {
      const next = wait.isTried ? 'a try is under way' : `next try at ${until}`;
      return `${unwritableSentence(wait)} Since ${timeText(wait.since)}, ${next}.`;
    }
    case 'connection': {
      const { since, reason, tries } = wait;
      const next = wait.isTried
        ? `try ${tries + 1} is under way`
        : `try ${tries}, next at ${timeText(wait.nextAt)}`;
      const who = wait.isOutage ? 'Optimove has not answered' : 'Optimove has not answered one of the calls';
      return `${who} since ${timeText(since)} (${reason}), ${next}.`;
    }
  }
}

const describeDataWait = ({ waitingForDataUntil }: KnownOfRun): string[] =>
  waitingForDataUntil === undefined
    ? []
    : [`Waiting for complete data, until ${timeText(waitingForDataUntil)} at most.`];

const describeCall = ({ unansweredSince, noWorkerSince }: KnownOfRun): string[] =>
  unansweredSince === undefined || noWorkerSince !== undefined
    ? []
    : [`A call has been waiting for Optimove's answer since ${timeText(unansweredSince)}.`];

const describeLock = ({ lock, noWorkerSince }: KnownOfRun): string[] =>
  lock === undefined || noWorkerSince !== undefined
    ? []
    : [
        `The table is locked by another session, ${lock.holder}, since ${timeText(lock.since)} or before. The run continues when that session ends its transaction.`,
      ];

/** Without a worker no try is under way, even where Temporal has assigned one. */
const describeSteps = ({ retried = [], noWorkerSince }: KnownOfRun): string[] =>
  retried.filter(({ nextAt }) => nextAt !== null || noWorkerSince === undefined).map(stepSentence);

const steps: Readonly<Record<string, string>> = {
  openRun: 'Opening the run',
  resolveFreshness: 'Finding out how far the data is complete',
  resolveFilters: 'Resolving the filters',
  nextChunks: 'Reading the chunks from the manifest',
  beginChunk: 'Starting a chunk',
  pullSlice: 'Pulling a slice',
  commitChunk: 'Loading a chunk',
  commitOverwrite: 'Replacing the content of the table',
  failChunk: 'Marking a chunk as failed',
  closeRun: 'Closing the run',
  notifyRun: 'Sending its notifications',
  notifyRefusal: 'Sending its notifications',
};

function stepSentence({ step, error, tries, nextAt }: RetriedStep): string {
  const next = nextAt === null ? `try ${tries} is under way` : `try ${tries}, next at ${timeText(nextAt)}`;
  return `${steps[step] ?? step} has failed, ${next}: ${error}`;
}

const describeEnd = ({ expectedEnd }: KnownOfRun): string[] =>
  expectedEnd === null ? [] : [`The run will not end before ${timeText(expectedEnd)}.`];

type Ended = Pick<
  RunResult,
  'status' | 'chunks' | 'overwritten' | 'river' | 'workflowId' | 'retryOf' | 'period' | 'failedChunks'
>;

/** How a run has ended. `error`: why it failed, where it was never opened. */
export function endSentence(result: Ended, error: string | null = null): string {
  const { status, chunks } = result;
  const how = `${status[0]?.toUpperCase()}${status.slice(1)}`;
  if (!chunks)
    return error === null ? `${how} before it was opened.` : `${how} before it was opened: ${error}`;
  return chunks.total === 0 ? `${how}: there was nothing to load.` : `${how}: ${chunksText(chunks)}.`;
}

/** `7 of 8 chunks loaded, 1 failed` */
export const chunksText = ({ total, loaded, failed, skipped = 0 }: ChunkCounts): string =>
  [
    `${loaded} of ${total} ${total === 1 ? 'chunk' : 'chunks'} loaded`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');

type ChunkCounts = Omit<NonNullable<RunResult['chunks']>, 'skipped'> & { readonly skipped?: number };

/** The numbers of a run, under way or ended. */
export const countsText = ({
  chunks,
  rows,
  merged,
  calls,
  callCounts,
}: Pick<RunResult, 'chunks' | 'rows' | 'merged' | 'calls' | 'callCounts'>): string =>
  [
    ...(chunks ? [chunksText(chunks)] : []),
    `${rows ?? 0} ${rows === 1 ? 'row' : 'rows'}${merged ? ` (${mergedText(merged)})` : ''}`,
    callsSentence(calls ?? 0, callCounts),
  ].join(' · ');

/** `3 inserted, 2 updated, 5 unchanged, 1 of a key that came again` */
const mergedText = ({ inserted, updated, unchanged, duplicates }: MergeCounts): string =>
  [
    `${inserted} inserted, ${updated} updated, ${unchanged} unchanged`,
    ...(duplicates > 0 ? [`${duplicates} of a key that came again`] : []),
  ].join(', ');

/** The command that loads what a run that has ended has not loaded; null where nothing is missing. */
export function repairCommand(result: Ended): string | null {
  const { status, chunks, overwritten = true, river, workflowId, retryOf, period } = result;
  if (status === 'running' || status === 'succeeded') return null;
  if (failedByFilters(result)) return runCommand(river, period ?? { start: null, end: null }, false);
  if (chunks)
    return chunks.loaded + chunks.skipped < chunks.total || !overwritten ? retryCommand(workflowId) : null;
  // A run that was never opened has no chunks to retry: it is started again once its cause is removed.
  if (status !== 'failed') return null;
  if (retryOf !== null) return retryCommand(retryOf);
  return river === '' ? null : runCommand(river, { start: null, end: null }, false);
}

/**
 * The same as a sentence, the command between two `mark`s; empty where no command helps: an input that was refused would be
 * refused again.
 */
export function repairSentence(result: Ended, error: string | null = null, mark = ''): string {
  const repair = repairCommand(result);
  if (repair === null || error?.startsWith('ConfigurationError: input')) return '';
  return `${failedByFilters(result) ? 'Correct the filters, then' : 'Repair it'}: ${mark}${repair}${mark}`;
}

/** A retry takes the filters that are stored with its run, and would be refused as well. */
const failedByFilters = ({ chunks, failedChunks }: Ended): boolean =>
  chunks !== null &&
  chunks.loaded + chunks.skipped === 0 &&
  failedChunks.some(({ error }) =>
    /^(ConfigurationError: filters\.|ReportRefusedError: .* Check the filters of the river)/.test(error),
  );

/** The errors of chunks, each text once, with the first of its chunks; in the order of the chunks. */
export function groupByError(
  failed: RunResult['failedChunks'],
): { readonly chunk: string; readonly more: number; readonly error: string }[] {
  const byError = Map.groupBy(failed, ({ error }) => error);
  return [...byError].map(([error, chunks]) => ({
    chunk: chunks[0]?.start ? `${chunks[0].start}/${chunks[0].end}` : '–',
    more: chunks.length - 1,
    error,
  }));
}

/** `2026-01-01/2026-01-02 and 3 more chunks: …` */
export const errorSentence = ({ chunk, more, error }: ReturnType<typeof groupByError>[number]): string =>
  `not loaded ${chunk}${more > 0 ? ` and ${more} more ${more === 1 ? 'chunk' : 'chunks'}` : ''}: ${error}`;

/** How a run was retried; empty where it was not. */
export function retriedSentence(retries: readonly RetryOfRun[], chunks: RunResult['chunks']): string {
  const last = retries.at(-1);
  if (!last) return '';
  const isWhole = chunks !== null && chunks.loaded + chunks.skipped >= chunks.total;
  return isWhole
    ? `Completed by the retry ${last.workflowId}.`
    : `Retried by ${last.workflowId}, which ${last.status === 'running' ? 'is under way' : `${last.status === 'succeeded' || last.status === 'failed' ? 'has' : 'was'} ${last.status}`}.`;
}

/** Starts of a schedule that wait for the end of the run. */
export const behindSentence = (starts: number, workflowId: string): string =>
  `${starts} ${starts === 1 ? 'start' : 'starts'} of its schedule: waiting behind run ${workflowId}.`;

/** The calls of a run under way, as far as its slices are pulled. */
export const callsDone = (calls: number, planned: number | null): string =>
  planned === null ? `${callsText(calls)} done` : `${calls} of ${planned} planned calls done`;

const callsText = (calls: number): string => `${calls} ${calls === 1 ? 'call' : 'calls'}`;

/** `162 of 160 calls: 2 were repeated after 429`. `calls` may be more than the run's own, where retries have added to them. */
export function callsSentence(calls: number, counts: CallCounts | null): string {
  if (!counts) return callsText(calls);
  const { planned, made, lists, furtherPages, throttled, failed, lost, unanswered } = counts;
  const reasons = [
    ...(lists > 0 ? [`${lists} for lists`] : []),
    ...(furtherPages > 0 ? [`${furtherPages} for further pages`] : []),
    ...(throttled > 0 ? [`${throttled} ${were(throttled)} repeated after 429`] : []),
    ...(failed > 0 ? [`${failed} ${were(failed)} repeated after a failure`] : []),
    ...(lost > 0 ? [`${lost} ${were(lost)} repeated because the warehouse could not be written to`] : []),
    ...(unanswered > 0 ? [`${unanswered} ${were(unanswered)} not answered`] : []),
    ...(calls > made ? [`${calls - made} by retries`] : []),
  ];
  const isAsPlanned = planned === null || planned === calls;
  const all = isAsPlanned ? callsText(calls) : `${calls} of ${planned} calls`;
  return [all, ...(reasons.length === 0 ? [] : [reasons.join(', ')])].join(': ');
}

const were = (count: number): string => (count === 1 ? 'was' : 'were');
