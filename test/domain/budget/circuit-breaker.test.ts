import { expect, test } from 'vitest';
import type { CircuitBreaker } from '#domain/budget/budget-state';
import {
  closedCircuit,
  measureOutage,
  recordFailure,
  recordProbePermit,
} from '#domain/budget/circuit-breaker';

test('five failures in a row are an outage, four are not', () => {
  const four = fail(closedCircuit, 4);
  expect(four.probe).toBeNull();
  expect(recordFailure(four, 100, false).probe).toEqual({ at: 1100, waitMs: 1000 });
});

test('each failed probe waits twice as long, up to two minutes', () => {
  let state = fail(closedCircuit, 5);
  const waits = Array.from({ length: 10 }, () => {
    const { probe } = state;
    state = recordFailure(state, 0, true);
    return probe?.waitMs;
  });
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000, 120_000]);
});

test('a call that was under way when the outage began changes nothing', () => {
  const state = fail(closedCircuit, 5);
  expect(recordFailure(state, 900, false)).toEqual(state);
});

test('an outage is counted from when it was found out', () => {
  expect(measure(fail(closedCircuit, 4), null, 100)).toBeUndefined();
  const state = recordFailure(fail(closedCircuit, 4), 100, false);
  expect(measure(state, 1_100, 600)).toEqual({ agoMs: 500, countedMs: 500 });
  const later = recordFailure(recordProbePermit(state, 1_100, 1_100), 1_300, true);
  expect(measure(later, 3_300, 3_000)).toEqual({ agoMs: 2_900, countedMs: 2_900 });
});

test('while a probe waits for quota the time stands still', () => {
  const state = recordFailure(fail(closedCircuit, 4), 0, false);
  expect(measure(state, 500_000, 400_000)).toEqual({ agoMs: 400_000, countedMs: 1_000 });
  const sent = recordProbePermit(state, 500_000, 500_000);
  expect(measure(sent, null, 501_500)).toEqual({ agoMs: 501_500, countedMs: 2_500 });
});

test('where nobody is there to send a probe it stands still after two minutes', () => {
  const state = recordFailure(fail(closedCircuit, 4), 0, false);
  expect(measure(state, 1_000, 61_000)?.countedMs).toBe(61_000);
  expect(measure(state, 1_000, 3_600_000)?.countedMs).toBe(121_000);
  const sent = recordProbePermit(state, 1_000, 3_600_000);
  expect(measure(sent, null, 3_600_500)?.countedMs).toBe(121_500);
});

/** Undefined where the circuit is closed. */
const measure = (circuit: CircuitBreaker, freeAt: number | null, now: number) =>
  circuit.probe ? measureOutage(circuit, freeAt, now) : undefined;

function fail(state: CircuitBreaker, times: number): CircuitBreaker {
  return times === 0 ? state : fail(recordFailure(state, 0, false), times - 1);
}
