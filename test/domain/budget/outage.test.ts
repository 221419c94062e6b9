import { expect, test } from 'vitest';
import {
  afterFailure,
  noOutage,
  type OutageState,
  outageSoFar,
  probePermitted,
} from '../../../src/domain/budget/outage.ts';

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

test('an outage is counted from when it was found out', () => {
  expect(outageSoFar(fail(noOutage, 4), null, 100)).toBeUndefined();
  const state = afterFailure(fail(noOutage, 4), 100, false);
  expect(outageSoFar(state, 1_100, 600)).toEqual({ agoMs: 500, countedMs: 500 });
  const later = afterFailure(probePermitted(state, 1_100, 1_100), 1_300, true);
  expect(outageSoFar(later, 3_300, 3_000)).toEqual({ agoMs: 2_900, countedMs: 2_900 });
});

test('while a probe waits for quota the time stands still', () => {
  const state = afterFailure(fail(noOutage, 4), 0, false);
  expect(outageSoFar(state, 500_000, 400_000)).toEqual({ agoMs: 400_000, countedMs: 1_000 });
  const sent = probePermitted(state, 500_000, 500_000);
  expect(outageSoFar(sent, null, 501_500)).toEqual({ agoMs: 501_500, countedMs: 2_500 });
});

test('where nobody is there to send a probe it stands still after two minutes', () => {
  const state = afterFailure(fail(noOutage, 4), 0, false);
  expect(outageSoFar(state, 1_000, 61_000)?.countedMs).toBe(61_000);
  expect(outageSoFar(state, 1_000, 3_600_000)?.countedMs).toBe(121_000);
  const sent = probePermitted(state, 1_000, 3_600_000);
  expect(outageSoFar(sent, null, 3_600_500)?.countedMs).toBe(121_500);
});

test('one that an earlier version has not told the beginning of is counted from the next failed probe', () => {
  const before = { failures: 9, probe: { at: 1_000, waitMs: 1_000 } };
  expect(outageSoFar(before, 1_000, 2_000)).toBeUndefined();
  expect(outageSoFar(afterFailure(before, 2_000, true), 4_000, 2_500)?.countedMs).toBe(500);
});

function fail(state: OutageState, times: number): OutageState {
  return times === 0 ? state : fail(afterFailure(state, 0, false), times - 1);
}
