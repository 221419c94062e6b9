import type { CallOutcomes } from '#domain/budget/reservation';

/** The outcome of a call that had a permit. */
export type CallOutcome =
  | { readonly kind: 'answered' }
  /** `retryAfterMs` is Retry-After where a 503 had it. */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number }
  /** 429; `retryAfterMs` is Retry-After where it was given. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | undefined }
  /** A sign-in that was refused with 429: it waits alone, and says nothing of the calls that have a token. */
  | { readonly kind: 'signInThrottled' }
  /** Cancelled by us, maybe after it was sent: it counts as a call, and says nothing of the API. */
  | { readonly kind: 'abandoned' }
  /** Cancelled before anything was sent. */
  | { readonly kind: 'unsent' };

/** Collects the outcomes of calls until the budget is told. */
export interface OutcomeBuffer {
  add(outcome: CallOutcome, sentAt: number, isProbe: boolean): void;
  /** Whether the budget is to be told at once, not only with the next request for calls. */
  readonly isUrgent: boolean;
  /** All of them; the buffer is then empty. */
  take(now: number): CallOutcomes;
  /** Outcomes that could not be told are told with the next request. */
  putBack(outcomes: CallOutcomes, now: number): void;
}

export function createOutcomeBuffer(): OutcomeBuffer {
  let answered = false;
  let failed = 0;
  let retryAfterMs: number | undefined;
  let probe: CallOutcomes['probe'] = null;
  let throttled: { readonly sentAt: number; readonly retryAfterMs: number | null }[] = [];
  let isUrgent = false;
  return {
    add(outcome, sentAt, isProbe) {
      switch (outcome.kind) {
        case 'unsent':
        case 'abandoned':
          if (isProbe) probe = 'returned';
          break;
        case 'failed':
          failed += 1;
          retryAfterMs = longest(retryAfterMs, outcome.retryAfterMs);
          if (isProbe) probe = 'failed';
          isUrgent = true;
          break;
        case 'throttled':
        case 'answered':
        case 'signInThrottled':
          // With 429 as well, the API is there.
          answered = true;
          failed = 0;
          retryAfterMs = undefined;
          // Whether calls that have a token are answered again, another probe has to find out.
          if (isProbe) probe = outcome.kind === 'signInThrottled' ? 'returned' : 'answered';
      }
      if (outcome.kind === 'throttled') {
        throttled.push({ sentAt, retryAfterMs: outcome.retryAfterMs ?? null });
        isUrgent = true;
      }
      if (isProbe) isUrgent = true;
    },
    get isUrgent() {
      return isUrgent;
    },
    take(now) {
      const outcomes: CallOutcomes = {
        answered,
        failed,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        probe,
        throttled: throttled.map(({ sentAt, retryAfterMs }) => ({ sentAgoMs: now - sentAt, retryAfterMs })),
      };
      [answered, failed, probe, throttled, isUrgent] = [false, 0, null, [], false];
      retryAfterMs = undefined;
      return outcomes;
    },
    putBack(outcomes, now) {
      // A call that was answered since says that the failures before it are over.
      if (!answered) {
        failed += outcomes.failed;
        retryAfterMs = longest(retryAfterMs, outcomes.retryAfterMs);
      }
      answered ||= outcomes.answered;
      probe ??= outcomes.probe;
      throttled.push(
        ...outcomes.throttled.map(({ sentAgoMs, retryAfterMs }) => ({
          sentAt: now - sentAgoMs,
          retryAfterMs,
        })),
      );
      isUrgent = true;
    },
  };
}

const longest = (some: number | undefined, other: number | undefined): number | undefined =>
  some === undefined || other === undefined ? (some ?? other) : Math.max(some, other);
