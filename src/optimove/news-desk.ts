import type { CallNews } from '#domain/budget/reservation';
import type { CallOutcome } from './call-gate.ts';

/** Collects what became of calls until the budget is told. */
export interface NewsDesk {
  note(outcome: CallOutcome, sentAt: number, probe: boolean): void;
  /** Whether the budget should hear of it at once, not with the next calls. */
  readonly urgent: boolean;
  /** All of it, once. */
  take(now: number): CallNews;
  /** What could not be told is told with the next. */
  putBack(news: CallNews, now: number): void;
}

export function createNewsDesk(): NewsDesk {
  let answered = false;
  let failed = 0;
  let unavailableForMs: number | undefined;
  let probe: CallNews['probe'] = null;
  let throttled: { readonly sentAt: number; readonly retryAfterMs: number | null }[] = [];
  let urgent = false;
  return {
    note(outcome, sentAt, isProbe) {
      switch (outcome.kind) {
        case 'unsent':
        case 'abandoned':
          if (isProbe) probe = 'returned';
          break;
        case 'failed':
          failed += 1;
          unavailableForMs = longest(unavailableForMs, outcome.retryAfterMs);
          if (isProbe) probe = 'failed';
          urgent = true;
          break;
        case 'throttled':
        case 'answered':
        case 'signInThrottled':
          // Throttled or not, the API is there.
          answered = true;
          failed = 0;
          unavailableForMs = undefined;
          // Whether calls with a token go through again, another one has to find out.
          if (isProbe) probe = outcome.kind === 'signInThrottled' ? 'returned' : 'answered';
      }
      if (outcome.kind === 'throttled') {
        throttled.push({ sentAt, retryAfterMs: outcome.retryAfterMs ?? null });
        urgent = true;
      }
      if (isProbe) urgent = true;
    },
    get urgent() {
      return urgent;
    },
    take(now) {
      const news: CallNews = {
        answered,
        failed,
        ...(unavailableForMs !== undefined && { unavailableForMs }),
        probe,
        throttled: throttled.map(({ sentAt, retryAfterMs }) => ({ sentAgoMs: now - sentAt, retryAfterMs })),
      };
      [answered, failed, probe, throttled, urgent] = [false, 0, null, [], false];
      unavailableForMs = undefined;
      return news;
    },
    putBack(news, now) {
      // What has been answered since says that the failures before it are over.
      if (!answered) {
        failed += news.failed;
        unavailableForMs = longest(unavailableForMs, news.unavailableForMs);
      }
      answered ||= news.answered;
      probe ??= news.probe;
      throttled.push(
        ...news.throttled.map(({ sentAgoMs, retryAfterMs }) => ({ sentAt: now - sentAgoMs, retryAfterMs })),
      );
      urgent = true;
    },
  };
}

const longest = (some: number | undefined, other: number | undefined): number | undefined =>
  some === undefined || other === undefined ? (some ?? other) : Math.max(some, other);
