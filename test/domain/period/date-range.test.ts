import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDays,
  clipRanges,
  type Day,
  dayCount,
  daysToPull,
  eachDay,
  encloseRanges,
  isDay,
  toDateRanges,
} from '#domain/period/date-range';
import { anyDay, dayOf, numberOf } from '../../helpers/counted-calendar.ts';
import { describeOnMachinesEverywhere } from '../../helpers/machine-time-zones.ts';

describeOnMachinesEverywhere('days', () => {
  test.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['1900-02-28', 1, '1900-03-01'],
    ['2000-02-28', 1, '2000-02-29'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2026-03-29', 1, '2026-03-30'],
    ['2026-10-25', 1, '2026-10-26'],
    ['2026-01-31', 0, '2026-01-31'],
  ])('%s and %i days is %s', (day, days, later) => {
    expect(addDays(day, days)).toBe(later);
  });

  test('adding days follows the calendar', () => {
    fc.assert(
      fc.property(anyDay(), fc.integer({ min: -3000, max: 3000 }), (day, days) => {
        expect(addDays(day, days)).toBe(dayOf(numberOf(day) + days));
      }),
    );
  });

  test('a stretch has each of its days once, in order', () => {
    fc.assert(
      fc.property(anyDay(), fc.integer({ min: 0, max: 400 }), (start, more) => {
        const end = dayOf(numberOf(start) + more);
        const days = [...eachDay({ start, end })];
        expect(days).toEqual(Array.from({ length: more + 1 }, (_, k) => dayOf(numberOf(start) + k)));
        expect(dayCount({ start, end })).toBe(more + 1);
      }),
    );
  });
});

test('days are made as they are asked for', () => {
  const [first, second] = eachDay({ start: '1000-01-01', end: '9999-12-31' });
  expect([first, second]).toEqual(['1000-01-01', '1000-01-02']);
});

test.each(['2024-02-29', '2000-02-29', '1900-12-31', '2100-01-01', '1000-01-01', '9999-12-31'])(
  '%s is a day',
  (text) => {
    expect(isDay(text)).toBe(true);
  },
);

test.each([
  '2026-02-29',
  '2026-02-30',
  '1900-02-29',
  '2026-04-31',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '2026-1-1',
  '26-01-01',
  '0050-01-01',
  '2026-01-01T00:00:00Z',
  ' 2026-01-01',
  'yesterday',
  '',
])('"%s" is no day', (text) => {
  expect(isDay(text)).toBe(false);
});

test('what is no day is not counted with', () => {
  expect(() => addDays('2026-02-30', 1)).toThrow(RangeError);
  expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
  expect(() => addDays('2026-01-01', 1e9)).toThrow(RangeError);
});

const start = '2026-01-01';
const day = (n: number): Day => addDays(start, n);
const someDays = fc.array(fc.nat(60).map(day), { maxLength: 40 });

test('days become unbroken stretches, as few as there can be', () => {
  fc.assert(
    fc.property(someDays, (days) => {
      const stretches = toDateRanges(days);
      expect(stretches.flatMap((stretch) => [...eachDay(stretch)])).toEqual([...new Set(days)].sort());
      for (const [at, { start }] of stretches.entries()) {
        const before = stretches[at - 1];
        if (before) expect(addDays(before.end, 1) < start).toBe(true);
      }
    }),
  );
});

test('what lies between two days is what lies in both', () => {
  fc.assert(
    fc.property(someDays, fc.nat(60), fc.nat(60), (days, from, to) => {
      const bounds = { from: day(from), to: day(to) };
      const cut = clipRanges(toDateRanges(days), bounds);
      const within = days.filter((each) => each >= bounds.from && each <= bounds.to);
      expect(cut).toEqual(toDateRanges(within));
    }),
  );
});

test('a tracked river pulls every day that is neither complete nor forgotten, the days before the first of them, and no other', () => {
  fc.assert(
    fc.property(someDays, someDays, fc.nat(50), fc.nat(80), (complete, forgotten, length, back) => {
      const whole = { start, end: day(length) };
      const pulled = daysToPull(whole, back, {
        complete: new Set(complete),
        forgotten: new Set(forgotten),
      }).flatMap((stretch) => [...eachDay(stretch)]);
      const known = [...complete, ...forgotten];
      const [first] = [...eachDay(whole)].filter((each) => !known.includes(each));
      for (const each of eachDay(whole)) {
        const isBack = first !== undefined && each < first && addDays(each, back) >= first;
        const isPulled = !forgotten.includes(each) && (!complete.includes(each) || isBack);
        expect(pulled.includes(each), each).toBe(isPulled);
      }
      expect(pulled.every((each) => each >= whole.start && each <= whole.end)).toBe(true);
    }),
  );
});

test('nothing spans no days', () => {
  expect(encloseRanges([])).toBeNull();
  expect(
    encloseRanges([
      { start: '2026-01-01', end: '2026-01-02' },
      { start: '2026-01-05', end: '2026-01-05' },
    ]),
  ).toEqual({ start: '2026-01-01', end: '2026-01-05' });
});
