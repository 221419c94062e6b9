import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClockOffset, createScheduledPermits } from '#budget/scheduled-permits';
import { type Permit, permitMs } from '#domain/budget/reservation';

describe("the offset of a budget's clock", () => {
  test('is known as well as one answer tells: not before it came, not after it was asked for', () => {
    const offset = createClockOffset();
    offset.observe(300_000, 1_000, 1_040);
    const { from, until } = offset.toLocalSpan(300_500);
    expect(from).toBe(1_540);
    expect(until).toBeCloseTo(1_500 + permitMs, 1);
  });

  test('is known better by answers that were quick one way each, though slow in all', () => {
    const offset = createClockOffset();
    offset.observe(300_000, 999, 1_400);
    const { from, until } = offset.toLocalSpan(300_000);
    expect(until).toBeLessThan(from);
    // The way there took 400 ms, the way back 1 ms.
    offset.observe(302_000, 2_600, 3_001);
    const span = offset.toLocalSpan(303_000);
    expect(span.from).toBeCloseTo(4_001, -1);
    expect(span.until).toBeCloseTo(3_999 + permitMs, -1);
  });

  test('never holds a permit before its instant nor beyond its width, whatever the ways and with clocks that drift', () => {
    const exchanges = fc.array(
      fc.record({
        gap: fc.nat({ max: 60_000 }),
        there: fc.nat({ max: 2_000 }),
        back: fc.nat({ max: 2_000 }),
        ahead: fc.nat({ max: 10_000 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    const drift = fc.integer({ min: -9, max: 9 }).map((k) => k / 10_000);
    fc.assert(
      fc.property(exchanges, drift, (all, rate) => {
        const offset = createClockOffset();
        const theirs = (ours: number) => 1e9 + ours * (1 + rate);
        let now = 0;
        for (const { gap, there, back, ahead } of all) {
          const sentAt = now + gap;
          const read = sentAt + there;
          now = read + back;
          offset.observe(theirs(read), sentAt, now);
          const at = theirs(now) + ahead;
          const { from, until } = offset.toLocalSpan(at);
          // What clocks drift until then is within the room that windows have.
          const room = 0.001 * (ahead + back + permitMs) + 1e-3;
          expect(theirs(from)).toBeGreaterThanOrEqual(at - room);
          if (until >= from) expect(theirs(until)).toBeLessThanOrEqual(at + permitMs + room);
        }
      }),
    );
  });

  test('that was set is learned anew', () => {
    const offset = createClockOffset();
    offset.observe(300_000, 1_000, 1_010);
    offset.observe(900_000, 2_000, 2_010);
    const { from, until } = offset.toLocalSpan(900_000);
    expect(from).toBe(2_010);
    expect(until).toBeCloseTo(2_000 + permitMs, 1);
  });

  test('asks for permits as far ahead as answers are late, and for none so where they are quick', () => {
    const offset = createClockOffset();
    expect(offset.leadMs).toBe(0);
    offset.observe(10_000, 10_000, 10_010);
    expect(offset.leadMs).toBe(0);
    offset.observe(11_000, 11_000, 11_400);
    offset.observe(12_000, 12_000, 12_500);
    expect(offset.leadMs).toBeGreaterThanOrEqual(400 - permitMs);
    expect(offset.leadMs).toBeLessThan(400);
    for (let k = 1; k <= 5; k += 1) offset.observe(20_000 + k, 20_000 + k, 20_005 + k);
    expect(offset.leadMs).toBe(0);
  });
});

describe('a scheduled permit', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** What becomes of permits: `used 100` or `returned 100`, at 100 ms. */
  function aSchedule({ canUse = true } = {}) {
    const log: string[] = [];
    const startedAt = performance.now();
    const now = () => performance.now() - startedAt;
    const scheduled = createScheduledPermits({
      now,
      use: ({ run }) => {
        if (canUse) log.push(`${run} used ${now()}`);
        return canUse;
      },
      giveBack: ({ run }) => log.push(`${run} returned ${now()}`),
    });
    return { scheduled, log };
  }
  const permit = (run: string): Permit => ({ run, at: 0, probe: false });

  test('is used when its time comes, and counts for its run until then', async () => {
    const { scheduled, log } = aSchedule();
    scheduled.add(permit('a'), 100, 350);
    scheduled.add(permit('b'), 200, 450);
    expect([scheduled.count, scheduled.countFor('a'), scheduled.countFor('c')]).toEqual([2, 1, 0]);
    await vi.advanceTimersByTimeAsync(150);
    expect([scheduled.count, scheduled.countFor('a')]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log).toEqual(['a used 100', 'b used 200']);
  });

  test('is returned where no call can begin with it, or its time on our clock is not known', async () => {
    const { scheduled, log } = aSchedule({ canUse: false });
    scheduled.add(permit('a'), 100, 350);
    scheduled.add(permit('b'), 100, 90);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log).toEqual(['b returned 0', 'a returned 100']);
  });

  test('is not used once it is cancelled', async () => {
    const { scheduled, log } = aSchedule();
    scheduled.add(permit('a'), 100, 350);
    expect(scheduled.cancelAll()).toEqual([permit('a')]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log).toEqual([]);
    expect([scheduled.count, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
