import { setTimeout as sleep } from 'node:timers/promises';
import { RiverError } from '#domain/errors';

/** What a source has told so far, and what is the matter with it, as a sentence. Either may be missing. */
export interface Told<T> {
  readonly value: T | undefined;
  readonly trouble: string | undefined;
}

/** Asks a source. `key` names the question; the same question is not asked again within `freshForMs`. */
export type AskSoon = <T>(
  question: { readonly key: string; readonly of: string; readonly freshForMs?: number },
  ask: () => Promise<T>,
) => Promise<Told<T>>;

interface Answer {
  /** Since when the question is open; null where it is answered. */
  askedAt: number | null;
  asking: Promise<void>;
  answeredAt: number;
  value: unknown;
  trouble: string | undefined;
}

/** A page is not held up for longer by one source; where there is an earlier answer, that is shown sooner. */
const waitsAtMostMs = { withoutAnswer: 1_500, withAnswer: 150 };
const answersAtMost = 2_000;

/**
 * Asks sources that may be away or hang, such that a page never waits long for any of them: what is not answered in time is shown
 * as it was before, or as a sentence, while the question stays open for the next page. `onBug`: hears of failures that are no
 * RiverError.
 */
export function createAskSoon({
  now = () => performance.now(),
  waits = waitsAtMostMs,
  onBug = () => {},
}: {
  readonly now?: () => number;
  readonly waits?: typeof waitsAtMostMs;
  readonly onBug?: (error: unknown) => void;
} = {}): AskSoon {
  const answers = new Map<string, Answer>();

  const open = (key: string, of: string, ask: () => Promise<unknown>): Answer => {
    const before = answers.get(key);
    const answer: Answer = {
      askedAt: now(),
      asking: Promise.resolve(),
      answeredAt: before?.answeredAt ?? Number.NEGATIVE_INFINITY,
      value: before?.value,
      trouble: before?.trouble,
    };
    answer.asking = ask().then(
      (value) => Object.assign(answer, { value, trouble: undefined, askedAt: null, answeredAt: now() }),
      (error: unknown) => {
        if (!(error instanceof RiverError)) onBug(error);
        const trouble =
          error instanceof RiverError ? error.message : `${of} could not be read; the terminal says why.`;
        Object.assign(answer, { trouble, askedAt: null, answeredAt: now() });
      },
    ) as Promise<void>;
    // The question that was asked last stands last: the first ones are forgotten where there are too many.
    answers.delete(key);
    answers.set(key, answer);
    for (const old of answers.keys()) {
      if (answers.size <= answersAtMost) break;
      answers.delete(old);
    }
    return answer;
  };

  return async <T>(
    {
      key,
      of,
      freshForMs = 2_000,
    }: { readonly key: string; readonly of: string; readonly freshForMs?: number },
    ask: () => Promise<T>,
  ): Promise<Told<T>> => {
    const known = answers.get(key);
    const isFresh = known && (known.askedAt !== null || now() - known.answeredAt < freshForMs);
    const answer = isFresh ? known : open(key, of, ask);
    const hasAnswer = answer.answeredAt > Number.NEGATIVE_INFINITY;
    const waitMs = waits[hasAnswer ? 'withAnswer' : 'withoutAnswer'];
    const leftMs = answer.askedAt === null ? 0 : answer.askedAt + waitMs - now();
    if (leftMs > 0) await settle(answer.asking, leftMs);
    const late = answer.askedAt === null || hasAnswer ? undefined : `${of} has not answered yet.`;
    return { value: answer.value as T | undefined, trouble: late ?? answer.trouble };
  };
}

async function settle(asking: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([asking, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}
