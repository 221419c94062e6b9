import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '../../../src/domain/period/day.ts';
import { edgesOf } from '../../../src/domain/period/edges.ts';
import { resolveDay } from '../../../src/domain/period/resolve-day.ts';

const iso = ({ from, until }: { from: number; until: number }) => [
  new Date(from).toISOString(),
  new Date(until).toISOString(),
];
const hour = 3_600_000;

describe('the edges of days', () => {
  test('lie at midnight of their zone', () => {
    const days = { first: '2026-01-01', last: '2026-01-02' };
    expect(iso(edgesOf(days, { utcOffset: '+00:00' }))).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
    ]);
    expect(iso(edgesOf(days, { utcOffset: '+14:00' }))).toEqual([
      '2025-12-31T10:00:00.000Z',
      '2026-01-02T10:00:00.000Z',
    ]);
    expect(iso(edgesOf(days, { timezone: 'America/New_York' }))).toEqual([
      '2026-01-01T05:00:00.000Z',
      '2026-01-03T05:00:00.000Z',
    ]);
  });

  test.each([
    ['2026-03-29', 23],
    ['2026-10-25', 25],
    ['2026-06-01', 24],
  ])('on %s in London are %d hours apart', (day, hours) => {
    const { from, until } = edgesOf({ first: day, last: day }, { timezone: 'Europe/London' });
    expect((until - from) / hour).toBe(hours);
  });

  test('are the first instants of the day and of the day after', () => {
    const zones = fc.constantFrom(
      'Europe/London',
      'Pacific/Kiritimati',
      'America/St_Johns',
      'Asia/Kathmandu',
      'UTC',
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 3_000 }), (timezone, days) => {
        const day = addDays('2020-01-01', days);
        const { from, until } = edgesOf({ first: day, last: day }, { timezone });
        const dayAt = (at: number) => resolveDay(new Date(at), { timezone });
        expect([from - 1, from, until - 1, until].map(dayAt)).toEqual([
          addDays(day, -1),
          day,
          day,
          addDays(day, 1),
        ]);
      }),
      { numRuns: 60 },
    );
  });
});
