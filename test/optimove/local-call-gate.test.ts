import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRollingWindows, nextAt, recordCall } from '../../src/domain/budget/rolling-windows.ts';
import type { BudgetWindow } from '../../src/domain/budget/window.ts';
import { BudgetSpentError } from '../../src/domain/errors.ts';
import type { CallOutcome } from '../../src/optimove/call-gate.ts';
import { createLocalCallGate, type LocalCallGate } from '../../src/optimove/local-call-gate.ts';

const answered: CallOutcome = { kind: 'answered' };
const failed: CallOutcome = { kind: 'failed' };
const throttled = (retryAfterMs?: number): CallOutcome => ({ kind: 'throttled', retryAfterMs });

/** 2 calls in 10 s, which the gate takes for 10.55 s. */
const narrow: BudgetWindow[] = [{ calls: 2, perMs: 10_000 }];
const wide: BudgetWindow[] = [{ calls: 1000, perMs: 1000 }];
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  // A gate nobody waits at leaves no timer behind.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('the budget', () => {
  test('lets a burst through at once and the next call when the window, and what calls gain on the way, has passed', async () => {
    const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 8, maxWaitMs: 60_000 });
    const calls = [enter(gate), enter(gate), enter(gate), enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(30_000);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 10_550, 10_550, 21_100]);
  });

  test('holds every window at once', async () => {
    const windows = [{ calls: 3, perMs: 20_000 }, ...narrow];
    const gate = createLocalCallGate({ windows, maxConcurrentCalls: 8, maxWaitMs: 60_000 });
    const calls = [enter(gate), enter(gate), enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(30_000);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 10_550, 20_550]);
  });

  test('lets whoever came first go first', async () => {
    const gate = createLocalCallGate({ windows: [{ calls: 1, perMs: 100 }], maxConcurrentCalls: 1 });
    const order: number[] = [];
    const calls = [0, 1, 2, 3, 4].map(async (name) => {
      const end = await gate.enter(never, 'run');
      order.push(name);
      end(answered);
    });
    await vi.advanceTimersByTimeAsync(1000);
    await Promise.all(calls);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test('has no more calls in flight than it may, and lets the next one go when one ends', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 2 });
    const calls = [enter(gate), enter(gate), enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(5000);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, undefined, undefined]);
    calls[1]?.end(answered);
    calls[1]?.end(answered);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 5000, undefined]);
    calls[0]?.end(failed);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 5000, 5000]);
  });

  test('no rolling interval at the server holds more than the window, whatever calls gain on the way, and no room stays free', async () => {
    const windows = fc.array(
      fc.record({
        calls: fc.integer({ min: 1, max: 5 }),
        perMs: fc.integer({ min: 1, max: 200 }).map((k) => k * 100),
      }),
      { minLength: 1, maxLength: 3 },
    );
    const arrivals = fc.array(fc.record({ gap: fc.nat({ max: 3000 }), delayed: fc.nat({ max: 500 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(windows, arrivals, async (configured, asked) => {
        const start = performance.now();
        const gate = createLocalCallGate({ windows: configured, maxConcurrentCalls: 99, maxWaitMs: 1e9 });
        const caution = Math.min(500, shortest(configured) / 20);
        const state = createRollingWindows(
          configured.map(({ calls, perMs }) => ({ calls, perMs: perMs + caution + 50 })),
        );
        const [calls, expected]: [Asked[], number[]] = [[], []];
        for (const { gap } of asked) {
          await vi.advanceTimersByTimeAsync(gap);
          calls.push(enter(gate));
          const at = nextAt(state, Math.max(performance.now() - start, expected.at(-1) ?? 0));
          recordCall(state, at);
          expected.push(at);
        }
        await vi.advanceTimersByTimeAsync(1_000_000);
        const sent = calls.map(({ at = Number.NaN }) => at - start);
        expect(sent).toEqual(expected);
        const arrived = sent.map((at, k) => at + Math.min(caution, asked[k]?.delayed ?? 0));
        for (const { calls: most, perMs } of configured) {
          for (const end of arrived) {
            expect(arrived.filter((at) => at > end - perMs && at <= end).length).toBeLessThanOrEqual(most);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('other limits', () => {
  test('count what was sent under the old ones', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 8, maxWaitMs: 60_000 });
    const calls = [enter(gate), enter(gate)];
    gate.limit({ windows: narrow, maxConcurrentCalls: 8 });
    calls.push(enter(gate));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 10_550]);
  });

  test('let those who wait go as soon as they allow it', async () => {
    const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 2, maxWaitMs: 60_000 });
    const calls = [enter(gate), enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(5000);
    gate.limit({ windows: wide, maxConcurrentCalls: 2 });
    await vi.advanceTimersByTimeAsync(0);
    expect(gate.snapshot().waiting).toBe(1);
    gate.limit({ windows: wide, maxConcurrentCalls: 3 });
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 5000]);
  });

  test('send whoever would wait too long under them away', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 2 });
    const calls = [enter(gate), enter(gate), enter(gate)];
    gate.limit({ windows: narrow, maxConcurrentCalls: 2 });
    await vi.advanceTimersByTimeAsync(0);
    expect(calls[2]?.refusal).toBeInstanceOf(BudgetSpentError);
  });
});

describe('waiting', () => {
  test('a call that would wait too long is sent away at once, and hears for how long', async () => {
    const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 8 });
    const calls = [enter(gate), enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(0);
    expect(calls[2]?.refusal).toBeInstanceOf(BudgetSpentError);
    expect(calls[2]?.refusal).toMatchObject({
      waitMs: 10_550,
      message: 'The call budget is used up; the next call may be sent in 11 s.',
    });
    expect(gate.snapshot().waiting).toBe(0);
  });

  test('those who wait already are counted', async () => {
    const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 8, maxWaitMs: 11_000 });
    const calls = Array.from({ length: 5 }, () => enter(gate));
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ refusal }) => refusal?.constructor)).toEqual([
      ...[undefined, undefined, undefined, undefined],
      BudgetSpentError,
    ]);
    expect(calls[4]?.refusal).toMatchObject({ waitMs: 21_100 });
    await vi.advanceTimersByTimeAsync(11_000);
    expect(calls.map(({ at }) => at)).toEqual([0, 0, 10_550, 10_550, undefined]);
  });

  test('whoever gives up waiting hears their own reason and makes room for the next', async () => {
    const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 8, maxWaitMs: 11_000 });
    const stop = new AbortController();
    const calls = [enter(gate), enter(gate), enter(gate, stop.signal), enter(gate), enter(gate)];
    const reason = new Error('the worker drains');
    stop.abort(reason);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls[2]?.refusal).toBe(reason);
    expect(gate.snapshot().waiting).toBe(1);
    const late = enter(gate);
    await vi.advanceTimersByTimeAsync(11_000);
    expect([calls[3]?.at, late.at]).toEqual([10_550, 10_550]);
  });

  test('whoever has given up before they come is not let through', async () => {
    const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 8 });
    const reason = new Error('cancelled');
    await expect(gate.enter(AbortSignal.abort(reason), 'run')).rejects.toBe(reason);
    expect(gate.snapshot().windows[0]?.used).toBe(0);
  });

  test('the last one to give up leaves no timer behind', async () => {
    const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 8, maxWaitMs: 11_000 });
    const stop = new AbortController();
    enter(gate);
    enter(gate);
    enter(gate, stop.signal);
    expect(vi.getTimerCount()).toBe(1);
    stop.abort();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a 429', () => {
  test('holds the whole gate for as long as Retry-After asks', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 2 });
    const calls = [enter(gate), enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(100);
    calls[0]?.end(throttled(7000));
    expect(gate.snapshot()).toMatchObject({ throttledForMs: 7000, waiting: 1 });
    const late = enter(gate);
    await vi.advanceTimersByTimeAsync(6999);
    expect([calls[2]?.at, late.at]).toEqual([undefined, undefined]);
    calls[1]?.end(answered);
    await vi.advanceTimersByTimeAsync(1);
    expect([calls[2]?.at, late.at]).toEqual([7100, 7100]);
    expect(gate.snapshot().throttledForMs).toBeNull();
  });

  test('holds it until the shortest window can have passed where it names no time, longer each time in a row', async () => {
    const windows = [{ calls: 1000, perMs: 3_600_000 }, ...wide];
    const gate = createLocalCallGate({ windows, maxConcurrentCalls: 8 });
    const waits: (number | null)[] = [];
    for (let k = 0; k < 4; k += 1) {
      const call = enter(gate);
      await vi.advanceTimersByTimeAsync(10_000);
      call.end(throttled());
      waits.push(gate.snapshot().throttledForMs);
    }
    expect(waits).toEqual([1100, 2200, 4400, 8800]);
    const call = enter(gate);
    await vi.advanceTimersByTimeAsync(10_000);
    call.end(answered);
    const next = enter(gate);
    await vi.advanceTimersByTimeAsync(0);
    next.end(throttled());
    expect(gate.snapshot().throttledForMs).toBe(1100);
  });

  test('sends whoever would then wait too long away, and keeps the others', async () => {
    const windows = [{ calls: 3, perMs: 1000 }];
    const gate = createLocalCallGate({ windows, maxConcurrentCalls: 1, maxWaitMs: 5000 });
    const calls = [enter(gate), enter(gate), enter(gate), enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(0);
    calls[0]?.end(throttled(5000));
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ refusal }) => refusal?.constructor)).toEqual([
      ...[undefined, undefined, undefined, undefined],
      BudgetSpentError,
    ]);
    expect(calls[4]?.refusal).toMatchObject({
      waitMs: 6100,
      message: 'Optimove has answered 429 (too many requests) and is called again in 7 s.',
    });
    await vi.advanceTimersByTimeAsync(5000);
    expect(calls[1]?.at).toBe(5000);
    for (const call of calls.slice(1, 4)) {
      call.end(answered);
      await vi.advanceTimersByTimeAsync(0);
    }
  });
});

describe('an outage', () => {
  test('begins with five failures in a row: then one call at a time, after growing waits', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 8, maxWaitMs: 1e6 });
    await endFive(gate);
    const calls = Array.from({ length: 4 }, () => enter(gate));
    const probedAt: (number | undefined)[] = [];
    for (const call of calls.slice(0, 3)) {
      await vi.advanceTimersByTimeAsync(10_000);
      probedAt.push(call.at);
      expect(gate.snapshot().waiting).toBe(4 - probedAt.length);
      call.end(failed);
    }
    expect(probedAt).toEqual([1000, 10_000 + 2000, 20_000 + 4000]);
    await vi.advanceTimersByTimeAsync(7999);
    expect(calls[3]?.at).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(calls[3]?.at).toBe(38_000);
  });

  test('ends with one answer', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 8 });
    await endFive(gate);
    const calls = Array.from({ length: 4 }, () => enter(gate));
    await vi.advanceTimersByTimeAsync(2500);
    calls[0]?.end(answered);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ at }) => at)).toEqual([1000, 2500, 2500, 2500]);
  });

  test('is not begun by failures that an answer, or a 429, comes between', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 8 });
    for (const outcome of [
      failed,
      failed,
      failed,
      failed,
      answered,
      failed,
      failed,
      failed,
      failed,
      throttled(1),
    ]) {
      const call = enter(gate);
      await vi.advanceTimersByTimeAsync(1);
      call.end(outcome);
    }
    const call = enter(gate);
    await vi.advanceTimersByTimeAsync(1);
    call.end(failed);
    const next = enter(gate);
    await vi.advanceTimersByTimeAsync(0);
    expect(next.at).toBe(performance.now());
  });

  test('learns nothing from a call that was called off: the next in line is the probe', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 8 });
    await endFive(gate);
    const calls = Array.from({ length: 3 }, () => enter(gate));
    await vi.advanceTimersByTimeAsync(1500);
    calls[0]?.end({ kind: 'abandoned' });
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ at }) => at)).toEqual([1000, 1500, undefined]);
    calls[1]?.end(answered);
  });

  test('sends whoever would wait too long for the next probe away', async () => {
    const gate = createLocalCallGate({ windows: wide, maxConcurrentCalls: 8, maxWaitMs: 1500 });
    await endFive(gate);
    const calls = [enter(gate), enter(gate)];
    await vi.advanceTimersByTimeAsync(1000);
    calls[0]?.end(failed);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls[1]?.refusal).toBeInstanceOf(BudgetSpentError);
    expect(calls[1]?.refusal).toMatchObject({
      waitMs: 2000,
      message: 'Optimove has not answered for a while and is tried again in 2 s.',
    });
  });
});

test('shows its windows as they are configured, who waits, and that nothing is throttled', async () => {
  const gate = createLocalCallGate({
    windows: [{ calls: 10, perMs: 60_000 }, ...narrow],
    maxConcurrentCalls: 8,
    maxWaitMs: 20_000,
  });
  const stop = new AbortController();
  enter(gate);
  enter(gate);
  enter(gate, stop.signal);
  expect(gate.snapshot()).toEqual({
    windows: [
      { calls: 10, perSeconds: 60, used: 2, free: 8 },
      { calls: 2, perSeconds: 10, used: 2, free: 0 },
    ],
    waiting: 1,
    throttledForMs: null,
  });
  stop.abort();
});

test('takes its time from the clock it is given', async () => {
  let now = 0;
  const gate = createLocalCallGate({ windows: narrow, maxConcurrentCalls: 8, now: () => now });
  enter(gate);
  enter(gate);
  now = 10_550;
  const call = enter(gate);
  await vi.advanceTimersByTimeAsync(0);
  expect(call.at).toBe(0);
  expect(gate.snapshot().windows[0]?.used).toBe(1);
});

interface Asked {
  /** When it was let through. */
  at?: number;
  refusal?: Error;
  end(outcome: CallOutcome): void;
}

function enter(gate: LocalCallGate, signal: AbortSignal = never): Asked {
  const asked: Asked = {
    end: () => {
      throw new Error('this call was not let through');
    },
  };
  gate.enter(signal, 'run').then(
    (end) => Object.assign(asked, { at: performance.now(), end }),
    (refusal) => Object.assign(asked, { refusal }),
  );
  return asked;
}

/** Five calls that fail at once. */
async function endFive(gate: LocalCallGate): Promise<void> {
  const calls = Array.from({ length: 5 }, () => enter(gate));
  await vi.advanceTimersByTimeAsync(0);
  for (const call of calls) call.end(failed);
}

function shortest(windows: readonly BudgetWindow[]): number {
  return Math.min(...windows.map(({ perMs }) => perMs));
}
