import { describe, expect, it } from 'vitest';
import { clockChanges } from '#domain/period/clock-changes';

describe('the clocks change', () => {
  it.each([
    ['Europe/London', ['2026-03-29', '2026-10-25']],
    // 02:00 there is 14:00 of the day before in UTC.
    ['Pacific/Auckland', ['2026-04-04', '2026-09-26']],
    ['Asia/Tokyo', []],
    ['UTC', []],
  ])('in %s on %j', (timezone, days) => {
    expect(clockChanges(timezone, '2026-01-01', 365)).toEqual(days);
  });
});
