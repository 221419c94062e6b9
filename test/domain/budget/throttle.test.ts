import { expect, test } from 'vitest';
import { afterAnswer, afterThrottle, noThrottle } from '../../../src/domain/budget/throttle.ts';

const throttled = { sentAt: 0, now: 10, retryAfterMs: undefined, shortestWindowMs: 10_000 };

test('the first 429 waits until the shortest window can have passed', () => {
  expect(afterThrottle(noThrottle, throttled)).toEqual({ state: { inRow: 1, at: 10 }, waitMs: 10_000 });
});

test('each further 429 in a row waits twice as long, up to two minutes', () => {
  let state = noThrottle;
  const waits = Array.from({ length: 6 }, (_, k) => {
    const next = afterThrottle(state, { ...throttled, sentAt: k * 1000, now: k * 1000 + 10 });
    state = next.state;
    return next.waitMs;
  });
  expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
});

test('two minutes are the most even if the shortest window is an hour', () => {
  expect(afterThrottle(noThrottle, { ...throttled, shortestWindowMs: 3_600_000 }).waitMs).toBe(120_000);
});

test('Retry-After is taken at its word, but for 0', () => {
  expect(afterThrottle(noThrottle, { ...throttled, retryAfterMs: 700_000 }).waitMs).toBe(700_000);
  expect(afterThrottle(noThrottle, { ...throttled, retryAfterMs: 0 }).waitMs).toBe(10_000);
});

test('calls that were sent together and are all answered 429 are one in a row', () => {
  const first = afterThrottle(noThrottle, throttled);
  expect(afterThrottle(first.state, { ...throttled, sentAt: 9, now: 12 })).toEqual(first);
});

test('an answer ends the row, unless its call was under way before', () => {
  const { state } = afterThrottle(noThrottle, throttled);
  expect(afterAnswer(state, 10)).toEqual(state);
  expect(afterAnswer(state, 11)).toEqual(noThrottle);
});
