import { type NotifyEvent, notifyEvents } from '../river/river.ts';
import type { RunResult, Warning } from './run-result.ts';
import { countsText, errorSentence, groupByError, repairCommand, repairSentence } from './sentences.ts';

/** What a webhook gets: the result, with why it is told and what to do. */
export interface Notification extends RunResult {
  readonly event: NotifyEvent;
  /** Why a run failed that was never opened; else null. */
  readonly error: string | null;
  /** The command that repairs it; null where nothing is broken. */
  readonly repair: string | null;
}

/** Chunks that a text names, and warnings. */
const namedAtMost = 3;

/**
 * What is told of a run's end; undefined where nobody wants to hear of it. A run that has recovered, or has warned, has also
 * succeeded, and is told as that to those who do not ask for the difference.
 */
export function selectEvent(
  result: Pick<RunResult, 'status' | 'warnings'>,
  recovered: boolean,
  on: readonly NotifyEvent[],
): NotifyEvent | undefined {
  const hasSucceeded = result.status === 'succeeded';
  const fits: Readonly<Record<NotifyEvent, boolean>> = {
    failed: result.status === 'failed',
    recovered: hasSucceeded && recovered,
    warned: hasSucceeded && aboutData(result).length > 0,
    succeeded: hasSucceeded,
  };
  return notifyEvents.find((event) => fits[event] && on.includes(event));
}

/** Warnings that say of rows that they were kept, fell, were deleted, may lack or stand elsewhere. */
const aboutData = ({ warnings }: Pick<RunResult, 'warnings'>): readonly Warning[] =>
  warnings.filter(({ about }) => about === 'data');

/** `error`: why a run failed that was never opened; of the others the chunks say it. */
export const buildNotification = (
  event: NotifyEvent,
  result: RunResult,
  error: string | null = null,
): Notification => ({ ...result, event, error, repair: repairCommand(result) });

const titles: Readonly<Record<NotifyEvent, string>> = {
  failed: 'failed',
  recovered: 'has recovered',
  warned: 'succeeded with warnings about its data',
  succeeded: 'succeeded',
};

/** The same as a text, in Slack's markup. */
export function slackText(event: NotifyEvent, result: RunResult, error: string | null = null): string {
  const { river, workflowId, period, chunks, failedChunks } = result;
  const counts = [countsText(result), ...(period ? [`${period.start} to ${period.end}`] : [])];
  const errors = groupByError(failedChunks).slice(0, namedAtMost);
  const named = errors.reduce((sum, { more }) => sum + 1 + more, 0);
  const more = (chunks?.failed ?? 0) - named;
  const warnings = aboutData(result);
  return [
    `*${escaped(river)} ${titles[event]}* (run ${escaped(workflowId)})`,
    counts.join(' · '),
    ...errors.map((each) => escaped(`• ${errorSentence(each)}`)),
    ...(more > 0 ? [`• and ${more} more`] : []),
    ...warnings.slice(0, namedAtMost).map(({ message }) => escaped(`• warning: ${message}`)),
    ...(warnings.length > namedAtMost ? [`• and ${warnings.length - namedAtMost} more warnings`] : []),
    ...(error === null ? [] : [escaped(error)]),
    escaped(repairSentence(result, error, '`')),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** Slack's three characters: what came from outside is no link and mentions nobody. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
