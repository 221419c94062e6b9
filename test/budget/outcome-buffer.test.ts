import { describe, expect, test } from 'vitest';
import { type CallOutcome, createOutcomeBuffer } from '#budget/outcome-buffer';
import { noOutcomes } from '#domain/budget/reservation';

const answered: CallOutcome = { kind: 'answered' };
const failed: CallOutcome = { kind: 'failed' };
const throttled: CallOutcome = { kind: 'throttled', retryAfterMs: 3000 };

describe('outcomes', () => {
  test('are told once', () => {
    const buffer = createOutcomeBuffer();
    buffer.add(answered, 0, false);
    expect(buffer.take(5)).toEqual({ ...noOutcomes, answered: true });
    expect(buffer.take(6)).toEqual(noOutcomes);
  });

  test('count the failures since the last answer', () => {
    const buffer = createOutcomeBuffer();
    for (const outcome of [failed, failed, answered, failed]) buffer.add(outcome, 0, false);
    expect(buffer.take(5)).toEqual({ ...noOutcomes, answered: true, failed: 1 });
  });

  test('of a 429 say how long ago its call was sent, what it asked for, and that the API is there', () => {
    const buffer = createOutcomeBuffer();
    buffer.add(throttled, 100, false);
    buffer.add({ kind: 'throttled', retryAfterMs: undefined }, 300, false);
    expect(buffer.take(500)).toEqual({
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
    const buffer = createOutcomeBuffer();
    for (const retryAfterMs of [2_000, 5_000, 3_000]) buffer.add({ kind: 'failed', retryAfterMs }, 0, false);
    buffer.add(failed, 0, false);
    const told = buffer.take(5);
    expect(told).toEqual({ ...noOutcomes, failed: 4, retryAfterMs: 5_000 });
    buffer.add({ kind: 'failed', retryAfterMs: 7_000 }, 10, false);
    buffer.putBack(told, 10);
    expect(buffer.take(20)).toEqual({ ...noOutcomes, failed: 5, retryAfterMs: 7_000 });
    buffer.add({ kind: 'failed', retryAfterMs: 7_000 }, 30, false);
    buffer.add(answered, 30, false);
    expect(buffer.take(40)).toEqual({ ...noOutcomes, answered: true });
  });

  test('of a sign-in that was refused with 429 say that the API is there, and nothing of a throttle', () => {
    const buffer = createOutcomeBuffer();
    buffer.add({ kind: 'signInThrottled' }, 0, false);
    expect(buffer.isUrgent).toBe(false);
    expect(buffer.take(5)).toEqual({ ...noOutcomes, answered: true });
  });

  test('hurry when a call failed or was throttled, or a probe has ended; answers can wait', () => {
    const urgent = (outcome: CallOutcome, probe = false) => {
      const buffer = createOutcomeBuffer();
      buffer.add(outcome, 0, probe);
      return buffer.isUrgent;
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
    const buffer = createOutcomeBuffer();
    buffer.add(outcome, 0, true);
    expect(buffer.take(0).probe).toBe(probe);
  });

  test('that could not be told are told with the next, and hurry', () => {
    const buffer = createOutcomeBuffer();
    buffer.add(failed, 0, true);
    buffer.add(throttled, 100, false);
    buffer.add(failed, 100, false);
    const untold = buffer.take(500);
    expect(buffer.isUrgent).toBe(false);
    buffer.add(failed, 600, false);
    buffer.putBack(untold, 500);
    expect(buffer.isUrgent).toBe(true);
    expect(buffer.take(1000)).toEqual({
      answered: true,
      failed: 2,
      probe: 'failed',
      throttled: [{ sentAgoMs: 900, retryAfterMs: 3000 }],
    });
  });

  test('of failures that could not be told are old once there was an answer', () => {
    const buffer = createOutcomeBuffer();
    for (let k = 0; k < 4; k += 1) buffer.add(failed, 0, false);
    const untold = buffer.take(10);
    buffer.add(answered, 20, false);
    buffer.add(failed, 30, false);
    buffer.putBack(untold, 10);
    expect(buffer.take(40)).toEqual({ ...noOutcomes, answered: true, failed: 1 });
  });
});
