import type { NotifyEvent } from '../river/notify-setting.ts';
import type { RunResult } from './run-result.ts';

/** What a webhook gets: the result, with why it is told and what to do. */
export interface Notification extends RunResult {
  readonly event: NotifyEvent;
  /** Why a run failed that was never opened; else null. */
  readonly error: string | null;
  /** The command that repairs it; null where nothing is broken. */
  readonly repair: string | null;
}

/** Chunks that a text names. */
const namedAtMost = 3;

/**
 * What is told of a run's end; undefined where nobody wants to hear of it. A run that has recovered has also succeeded, and
 * is told as that to those who do not ask for the difference.
 */
export function eventOf(
  { status }: Pick<RunResult, 'status'>,
  recovered: boolean,
  on: readonly NotifyEvent[],
): NotifyEvent | undefined {
  const events: NotifyEvent[] = [];
  if (status === 'failed') events.push('failed');
  if (status === 'succeeded')
    events.push(...(recovered ? (['recovered', 'succeeded'] as const) : (['succeeded'] as const)));
  return events.find((event) => on.includes(event));
}

/** `error`: why a run failed that was never opened; of the others the chunks say it. */
export const notificationOf = (
  event: NotifyEvent,
  result: RunResult,
  error: string | null = null,
): Notification => ({ ...result, event, error, repair: repairOf(result, error !== null) });

/** A run that was never opened left nothing to retry: it is started anew once its reason is gone. */
function repairOf({ status, river, workflowId, retryOf }: RunResult, neverOpened: boolean): string | null {
  if (status !== 'failed') return null;
  if (!neverOpened) return `river retry ${shellWord(workflowId)}`;
  return retryOf === null ? `river run ${shellWord(river)}` : `river retry ${shellWord(retryOf)}`;
}

/** The same as a text, in Slack's markup. */
export function slackTextOf(event: NotifyEvent, result: RunResult, error: string | null = null): string {
  const { river, workflowId, period, chunks, rows, calls, failedChunks } = result;
  const { repair } = notificationOf(event, result, error);
  const counts = [
    ...(chunks ? [`${chunks.loaded} of ${chunks.total} chunks loaded, ${chunks.failed} failed`] : []),
    `${rows ?? 0} rows`,
    `${calls ?? 0} calls`,
    ...(period ? [`${period.start} to ${period.end}`] : []),
  ];
  const more = (chunks?.failed ?? 0) - namedAtMost;
  return [
    `*${escaped(river)} ${event === 'recovered' ? 'has recovered' : event}* (run ${escaped(workflowId)})`,
    counts.join(' · '),
    ...failedChunks
      .slice(0, namedAtMost)
      .map(({ start, end, error }) => escaped(`• not loaded${start ? ` ${start}/${end}` : ''}: ${error}`)),
    ...(more > 0 ? [`• and ${more} more`] : []),
    ...(error === null ? [] : [escaped(error)]),
    ...(repair ? [`Repair it: \`${escaped(repair)}\``] : []),
  ].join('\n');
}

/** As a shell takes it for one word. */
const shellWord = (text: string): string =>
  /^[\w.:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Slack's three characters: what came from outside is no link and mentions nobody. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
