import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAskPacing, createAskSchedule } from '#budget/ask-schedule';

const inTheMiddle = () => 0.5;
const slow = { sentAt: 1_000, cameAt: 1_100 };

test('few processes ask whenever they like', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 9, ...slow });
  expect(pacing.restMs(1_100)).toBe(0);
});

test('of many, five have a request under way on the average, however long it takes', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 20, ...slow });
  expect(pacing.restMs(1_100)).toBe(300);
  expect(pacing.restMs(1_250)).toBe(150);
  pacing.onAnswer({ processes: 20, sentAt: 2_000, cameAt: 2_010 });
  expect(pacing.restMs(2_010)).toBe(30);
});

test('an answer that took very long does not silence a process for as long again', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 20, sentAt: 0, cameAt: 14_000 });
  expect(pacing.restMs(14_000)).toBe(3_000);
});

test('a budget that knows few processes because it has just begun is not taken at its word', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 40, ...slow });
  pacing.onAnswer({ processes: 1, ...slow });
  expect(pacing.restMs(1_100)).toBeGreaterThan(0);
  for (let k = 0; k < 20; k += 1) pacing.onAnswer({ processes: 1, sentAt: 9_000, cameAt: 9_100 });
  expect(pacing.restMs(20_000)).toBe(0);
});

test('who was turned down tries again after a while that is not everybody’s', () => {
  const restAt = (chance: number) => {
    const pacing = createAskPacing(() => chance);
    pacing.onNoAnswer(5_000);
    return pacing.restMs(5_000);
  };
  expect([0, 0.25, 0.75].map(restAt)).toEqual([0, 500, 1_500]);
});

describe('a schedule', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A schedule whose requests take 100 ms, and when each was sent. */
  function aSchedule(next: { readonly nextMs?: number | null; readonly restMs?: number } = {}) {
    const sentAt: number[] = [];
    const startedAt = performance.now();
    const schedule = createAskSchedule({
      now: () => performance.now(),
      restMs: () => next.restMs ?? 0,
      againMs: 5,
      ask: async () => {
        sentAt.push(performance.now() - startedAt);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return sentAt.length === 1 ? (next.nextMs ?? null) : null;
      },
    });
    return { schedule, sentAt };
  }

  test('asks once, at the earliest time that was asked for', async () => {
    const { schedule, sentAt } = aSchedule();
    for (const ms of [300, 50, 200]) schedule.askIn(ms);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt).toEqual([50]);
  });

  test('has one request under way, and asks again after it for what came up meanwhile', async () => {
    const { schedule, sentAt } = aSchedule();
    schedule.askIn(0);
    await vi.advanceTimersByTimeAsync(20);
    for (const ms of [0, 10]) schedule.askIn(ms);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt).toEqual([0, 105]);
  });

  test('asks again when the answer says so', async () => {
    const { schedule, sentAt } = aSchedule({ nextMs: 400 });
    schedule.askIn(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt).toEqual([0, 500]);
  });

  test('asks for nothing before the rest is over', async () => {
    const { schedule, sentAt } = aSchedule({ restMs: 250 });
    schedule.askIn(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt).toEqual([250]);
  });

  test('asks for nothing any more once it is cancelled', async () => {
    const { schedule, sentAt } = aSchedule();
    schedule.askIn(10);
    schedule.cancel();
    schedule.askIn(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
