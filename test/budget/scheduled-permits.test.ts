import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClockOffset } from '#budget/scheduled-permits';
import { permitMs } from '#domain/budget/reservation';

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
