import { type NotifyEvent, notifyEvents } from '../river/river.ts';
import type { RunResult, Warning } from './run-result.ts';
import { countsText, errorSentence, groupByError, repairCommand, repairSentence } from './sentences.ts';

/** What a webhook gets: the result, the event, and what to do. */
export interface Notification extends RunResult {
  readonly event: NotifyEvent;
  /** Why a run failed that was never opened; else null. */
  readonly error: string | null;
  /** The command that repairs it; null where nothing is broken. */
  readonly repair: string | null;
}

/** How many failed chunks and warnings a text names. */
const namedAtMost = 3;

/**
 * The event to notify about at a run's end; undefined where the river asks for none of them. A run that has recovered or warned has
 * also succeeded, and counts as that where the river does not ask for the more precise event.
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

/** Warnings about data: rows were kept, deleted or fewer, may be missing, or have values beside their column. */
const aboutData = ({ warnings }: Pick<RunResult, 'warnings'>): readonly Warning[] =>
  warnings.filter(({ about }) => about === 'data');

/** `error`: why a run failed before it was opened; of any other run the chunks have the errors. */
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

/** Slack's three special characters: text from outside must not become a link or a mention. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
