import { expect, test } from 'vitest';
import { afterFailure, noOutage, type OutageState } from '../../../src/domain/budget/outage.ts';

test('five failures in a row are an outage, four are not', () => {
  const four = fail(noOutage, 4);
  expect(four.probe).toBeNull();
  expect(afterFailure(four, 100, false).probe).toEqual({ at: 1100, waitMs: 1000 });
});

test('each failed probe waits twice as long, up to two minutes', () => {
  let state = fail(noOutage, 5);
  const waits = Array.from({ length: 10 }, () => {
    const { probe } = state;
    state = afterFailure(state, 0, true);
    return probe?.waitMs;
  });
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000, 120_000]);
});

test('a call that was under way when the outage began changes nothing', () => {
  const state = fail(noOutage, 5);
  expect(afterFailure(state, 900, false)).toEqual(state);
});

function fail(state: OutageState, times: number): OutageState {
  return times === 0 ? state : fail(afterFailure(state, 0, false), times - 1);
}
