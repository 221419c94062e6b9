import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failingMs, outageMs } from '#domain/run/failing-time';

const minute = 60_000;
const failed = (at: number, milliseconds = 0) => ({ at: new Date(at).toISOString(), milliseconds });
/** A call that is tried as Temporal tries it, of which each try takes a second. */
const waits = [1, 2, 4, 8, 16, 32, 64, 120, 120, 120];
const instants = waits.map((_, tries) =>
  waits.slice(0, tries).reduce((at, wait) => at + (wait + 1) * 1_000, 0),
);
const steady = instants.map((at) => failed(at, 1_000));
const now = (instants.at(-1) ?? 0) + 1_000;

describe('a call has only failed', () => {
  test('for as long as it is tried again and again', () => {
    expect(failingMs(steady, now, [])).toBe(now);
    expect(failingMs([], now, [])).toBe(0);
  });

  test('and that does not count a wait for quota, however often there is one', () => {
    const hourly = Array.from({ length: 12 }, (_, hour) => failed(hour * 60 * minute, 500));
    const retries = 1 + 2 + 4 + 8 + 16 + 32 + 64 + 4 * 120;
    expect(failingMs(hourly, 11 * 60 * minute + 500, [])).toBe(retries * 1_000 + 12 * 500);
  });

  test('but counts a call that takes long', () => {
    const slow = [0, 6, 12].map((at) => failed(at * minute, 5 * minute));
    expect(failingMs(slow, 17 * minute, [])).toBe(15 * minute + 3_000);
  });

  test('and that does not count pauses and outages, once where they overlap', () => {
    const stopped = [
      { from: 150_000, until: 200_000 },
      { from: 140_000, until: 160_000 },
      { from: 155_000, until: 158_000 },
    ];
    expect(failingMs(steady, now, stopped)).toBe(now - 60_000);
    expect(failingMs(steady, now, [{ from: 0, until: now }])).toBe(0);
  });
});

const time = fc.integer({ min: 0, max: 10_000_000 });
const interval = fc.tuple(time, time).map(([a, b]) => ({ from: Math.min(a, b), until: Math.max(a, b) }));
const aFailure = fc.record({ at: time, milliseconds: fc.integer({ min: 0, max: 300_000 }) });

test('the time is what a walk over every second finds', () => {
  const second = fc.integer({ min: 0, max: 1_500 });
  const seconds = fc.tuple(second, second).map(([a, b]) => ({ from: Math.min(a, b), until: Math.max(a, b) }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(second, fc.integer({ min: 0, max: 300 })), { maxLength: 12 }),
      fc.array(seconds, { maxLength: 6 }),
      (tries, stopped) => {
        const sorted = tries.toSorted(([a], [b]) => a - b);
        const end = 1_500;
        let walked = 0;
        for (let at = 0; at < end; at += 1) {
          const place = sorted.findLastIndex(([from]) => from <= at);
          const [from, took] = sorted[place] ?? [Number.NaN, 0];
          const counts = at < from + took + Math.min(120, 2 ** place);
          if (counts && !stopped.some((other) => other.from <= at && at < other.until)) walked += 1;
        }
        const failures = sorted.map(([at, took]) => failed(at * 1_000, took * 1_000));
        const times = stopped.map(({ from, until }) => ({ from: from * 1_000, until: until * 1_000 }));
        expect(failingMs(failures, end * 1_000, times)).toBe(walked * 1_000);
      },
    ),
  );
});

test('to have been stopped more never makes it longer, and it is never longer than the time since the first failure', () => {
  fc.assert(
    fc.property(
      fc.array(aFailure, { maxLength: 20 }),
      fc.array(interval, { maxLength: 8 }),
      interval,
      (tries, stopped, more) => {
        const sorted = tries.toSorted((a, b) => a.at - b.at);
        const failures = sorted.map(({ at, milliseconds }) => failed(at, milliseconds));
        const [first] = sorted;
        const until = 10_000_000;
        const without = failingMs(failures, until, stopped);
        expect(without).toBeLessThanOrEqual(first ? until - first.at : 0);
        expect(failingMs(failures, until, [...stopped, more])).toBeLessThanOrEqual(without);
        expect(failingMs(failures, until, [...stopped, more])).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

const outage = { from: 1_000, countedMs: 90_000 };
const always = { startedAt: 0, pauses: [] };

test('an outage lasts for as long as the connection could be asked', () => {
  expect(outageMs(outage, always, 91_000)).toBe(90_000);
  expect(outageMs(outage, always, 500_000)).toBe(90_000);
});

test('a run has seen of it what came after its start, and without its pauses', () => {
  expect(outageMs(outage, { ...always, startedAt: 81_000 }, 91_000)).toBe(10_000);
  expect(outageMs(outage, { ...always, startedAt: 99_000 }, 91_000)).toBe(0);
  const pauses = [
    { from: 0, until: 11_000 },
    { from: 5_000, until: 21_000 },
    { from: 80_000, until: 200_000 },
  ];
  expect(outageMs(outage, { ...always, pauses }, 91_000)).toBe(90_000 - 20_000 - 11_000);
});
