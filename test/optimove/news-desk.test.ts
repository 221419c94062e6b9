import { describe, expect, test } from 'vitest';
import { noNews } from '#domain/budget/reservation';
import type { CallOutcome } from '#optimove/call-gate';
import { createNewsDesk } from '#optimove/news-desk';

const answered: CallOutcome = { kind: 'answered' };
const failed: CallOutcome = { kind: 'failed' };
const throttled: CallOutcome = { kind: 'throttled', retryAfterMs: 3000 };

describe('news', () => {
  test('are told once', () => {
    const desk = createNewsDesk();
    desk.note(answered, 0, false);
    expect(desk.take(5)).toEqual({ ...noNews, answered: true });
    expect(desk.take(6)).toEqual(noNews);
  });

  test('count the failures since the last answer', () => {
    const desk = createNewsDesk();
    for (const outcome of [failed, failed, answered, failed]) desk.note(outcome, 0, false);
    expect(desk.take(5)).toEqual({ ...noNews, answered: true, failed: 1 });
  });

  test('of a 429 say how long ago its call was sent, what it asked for, and that the API is there', () => {
    const desk = createNewsDesk();
    desk.note(throttled, 100, false);
    desk.note({ kind: 'throttled', retryAfterMs: undefined }, 300, false);
    expect(desk.take(500)).toEqual({
      answered: true,
      failed: 0,
      probe: null,
      throttled: [
        { sentAgoMs: 400, retryAfterMs: 3000 },
        { sentAgoMs: 200, retryAfterMs: null },
      ],
    });
  });

  test('of 503s say the longest Retry-After, until something is answered', () => {
    const desk = createNewsDesk();
    for (const retryAfterMs of [2_000, 5_000, 3_000]) desk.note({ kind: 'failed', retryAfterMs }, 0, false);
    desk.note(failed, 0, false);
    const told = desk.take(5);
    expect(told).toEqual({ ...noNews, failed: 4, unavailableForMs: 5_000 });
    desk.note({ kind: 'failed', retryAfterMs: 7_000 }, 10, false);
    desk.putBack(told, 10);
    expect(desk.take(20)).toEqual({ ...noNews, failed: 5, unavailableForMs: 7_000 });
    desk.note({ kind: 'failed', retryAfterMs: 7_000 }, 30, false);
    desk.note(answered, 30, false);
    expect(desk.take(40)).toEqual({ ...noNews, answered: true });
  });

  test('of a sign-in that was refused with 429 say that the API is there, and nothing of a throttle', () => {
    const desk = createNewsDesk();
    desk.note({ kind: 'signInThrottled' }, 0, false);
    expect(desk.urgent).toBe(false);
    expect(desk.take(5)).toEqual({ ...noNews, answered: true });
  });

  test('hurry when a call failed or was throttled, or a probe has ended; answers can wait', () => {
    const urgent = (outcome: CallOutcome, probe = false) => {
      const desk = createNewsDesk();
      desk.note(outcome, 0, probe);
      return desk.urgent;
    };
    expect([urgent(answered), urgent({ kind: 'abandoned' })]).toEqual([false, false]);
    expect([urgent(failed), urgent(throttled), urgent(answered, true)]).toEqual([true, true, true]);
  });

  test.each([
    [answered, 'answered'],
    [throttled, 'answered'],
    [failed, 'failed'],
    [{ kind: 'abandoned' }, 'returned'],
    [{ kind: 'signInThrottled' }, 'returned'],
    [{ kind: 'unsent' }, 'returned'],
  ] as const)('of a probe that was %o say %s', (outcome, probe) => {
    const desk = createNewsDesk();
    desk.note(outcome, 0, true);
    expect(desk.take(0).probe).toBe(probe);
  });

  test('that could not be told are told with the next, and hurry', () => {
    const desk = createNewsDesk();
    desk.note(failed, 0, true);
    desk.note(throttled, 100, false);
    desk.note(failed, 100, false);
    const untold = desk.take(500);
    expect(desk.urgent).toBe(false);
    desk.note(failed, 600, false);
    desk.putBack(untold, 500);
    expect(desk.urgent).toBe(true);
    expect(desk.take(1000)).toEqual({
      answered: true,
      failed: 2,
      probe: 'failed',
      throttled: [{ sentAgoMs: 900, retryAfterMs: 3000 }],
    });
  });

  test('of failures that could not be told are old once there was an answer', () => {
    const desk = createNewsDesk();
    for (let k = 0; k < 4; k += 1) desk.note(failed, 0, false);
    const untold = desk.take(10);
    desk.note(answered, 20, false);
    desk.note(failed, 30, false);
    desk.putBack(untold, 10);
    expect(desk.take(40)).toEqual({ ...noNews, answered: true, failed: 1 });
  });
});
