import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { daysToCome, resolvePeriod } from '#domain/period/resolve-period';
import { type PeriodSetting, predefinedPeriods } from '#domain/river/period-setting';
import { anyDay, dayOf, monthLength, numberOf, partsOf, weekdayOf } from '../../helpers/counted-calendar.ts';
import { describeOnMachinesEverywhere } from '../../helpers/machine-time-zones.ts';

type Predefined = (typeof predefinedPeriods)[number];

describeOnMachinesEverywhere('a period', () => {
  // 2026-02-04 is a Wednesday.
  test.each<[Predefined, string, string, string]>([
    ['yesterday', '2026-02-04', '2026-02-03', '2026-02-03'],
    ['yesterday', '2026-01-01', '2025-12-31', '2025-12-31'],
    ['yesterday', '2024-03-01', '2024-02-29', '2024-02-29'],
    ['week_to_date', '2026-02-04', '2026-02-02', '2026-02-04'],
    ['week_to_date', '2026-02-02', '2026-02-02', '2026-02-02'],
    ['week_to_date', '2026-02-08', '2026-02-02', '2026-02-08'],
    ['week_to_date', '2026-01-01', '2025-12-29', '2026-01-01'],
    ['previous_week', '2026-02-04', '2026-01-26', '2026-02-01'],
    ['previous_week', '2026-02-02', '2026-01-26', '2026-02-01'],
    ['previous_week', '2026-02-08', '2026-01-26', '2026-02-01'],
    ['previous_week_to_date', '2026-02-04', '2026-01-26', '2026-02-04'],
    ['month_to_date', '2026-02-04', '2026-02-01', '2026-02-04'],
    ['month_to_date', '2026-02-01', '2026-02-01', '2026-02-01'],
    ['previous_month', '2026-03-31', '2026-02-01', '2026-02-28'],
    ['previous_month', '2024-03-31', '2024-02-01', '2024-02-29'],
    ['previous_month', '2026-01-15', '2025-12-01', '2025-12-31'],
    ['previous_month_to_date', '2026-03-31', '2026-02-01', '2026-03-31'],
    ['previous_month_to_date', '2026-01-01', '2025-12-01', '2026-01-01'],
    ['year_to_date', '2026-02-04', '2026-01-01', '2026-02-04'],
    ['year_to_date', '2026-01-01', '2026-01-01', '2026-01-01'],
    ['year_to_date', '2024-12-31', '2024-01-01', '2024-12-31'],
  ])('%s on %s is %s to %s', (predefined, runDay, start, end) => {
    expect(resolvePeriod({ predefined }, runDay)).toEqual({ start, end });
  });

  test.each<[PeriodSetting, string, string]>([
    [{ start: '2026-01-01', end: '2026-01-31' }, '2026-01-01', '2026-01-31'],
    [{ start: '2026-01-01', end: '2026-01-31', lastDaysBack: 2 }, '2025-12-30', '2026-01-31'],
    [{ start: '2024-03-01', end: '2024-03-01', lastDaysBack: 1 }, '2024-02-29', '2024-03-01'],
    [{ start: '2026-01-01' }, '2026-01-01', '2026-02-04'],
    [{ start: '2026-01-01', lastDaysBack: 3 }, '2025-12-29', '2026-02-04'],
    [{ start: '2026-02-04' }, '2026-02-04', '2026-02-04'],
    [{ start: '2026-01-01', track: false }, '2026-01-01', '2026-02-04'],
    [{ start: '2026-01-01', end: '2027-12-31' }, '2026-01-01', '2026-02-04'],
    [{ start: '2026-02-04', end: '2026-02-05' }, '2026-02-04', '2026-02-04'],
    [{ start: '2026-02-07', end: '2026-02-08', lastDaysBack: 5 }, '2026-02-02', '2026-02-04'],
    [{ start: '2026-01-01', end: '2026-01-02', utcOffset: '+14:00' }, '2026-01-01', '2026-01-02'],
  ])('%j on 2026-02-04 is %s to %s', (setting, start, end) => {
    expect(resolvePeriod(setting, '2026-02-04')).toEqual({ start, end });
  });

  test.each(predefinedPeriods)('%s is what counting days says, on any day of two centuries', (predefined) => {
    fc.assert(
      fc.property(anyDay(), (runDay) => {
        expect(resolvePeriod({ predefined }, runDay)).toEqual(counted(predefined, runDay));
      }),
    );
  });

  test('a range begins lastDaysBack days before its start', () => {
    fc.assert(
      fc.property(
        anyDay(),
        fc.integer({ min: 0, max: 4000 }),
        fc.integer({ min: 0, max: 2000 }),
        fc.boolean(),
        (start, length, lastDaysBack, isOpen) => {
          const end = dayOf(numberOf(start) + length);
          const setting = isOpen ? { start, lastDaysBack } : { start, end, lastDaysBack };
          expect(resolvePeriod(setting, isOpen ? end : dayOf(numberOf(end) + 1))).toEqual({
            start: dayOf(numberOf(start) - lastDaysBack),
            end,
          });
        },
      ),
    );
  });
});

test('a start after the end is refused, both days named, however far back it reaches', () => {
  expect(() =>
    resolvePeriod({ start: '2026-02-01', end: '2026-01-31', lastDaysBack: 9 }, '2026-02-04'),
  ).toThrow(
    new ConfigurationError("The period's start 2026-02-01 is after its end 2026-01-31.", {
      facts: { start: '2026-02-01', end: '2026-01-31' },
    }),
  );
});

test("an open range that starts after the run's day is refused, both days named", () => {
  expect(() => resolvePeriod({ start: '2026-02-05' }, '2026-02-04')).toThrow(
    new ConfigurationError("The period's start 2026-02-05 is after the run's day 2026-02-04.", {
      facts: { start: '2026-02-05', end: '2026-02-04' },
    }),
  );
});

test("a range that is wholly after the run's day is refused, both days named", () => {
  expect(() =>
    resolvePeriod({ start: '2026-02-10', end: '2026-02-12', lastDaysBack: 5 }, '2026-02-04'),
  ).toThrow(
    new ConfigurationError(
      "The period 2026-02-05 to 2026-02-12 is wholly after the run's day 2026-02-04: no day of it has data yet.",
      { facts: { start: '2026-02-05', end: '2026-02-12', runDay: '2026-02-04' } },
    ),
  );
});

test('no period reaches beyond the day of the run, and what is left out of a range is the rest of it', () => {
  const ranges = fc.record({ start: anyDay(), length: fc.nat(60), lastDaysBack: fc.nat(9) });
  fc.assert(
    fc.property(ranges, fc.integer({ min: -9, max: 70 }), ({ start, length, lastDaysBack }, at) => {
      const runDay = dayOf(numberOf(start) + at);
      const end = dayOf(numberOf(start) + length);
      const setting = { start, end, lastDaysBack };
      if (at < -lastDaysBack) {
        expect(() => resolvePeriod(setting, runDay)).toThrow(ConfigurationError);
        return;
      }
      const resolved = resolvePeriod(setting, runDay);
      const leftOut = daysToCome(setting, runDay);
      expect(resolved.start).toBe(dayOf(numberOf(start) - lastDaysBack));
      expect(resolved.end).toBe([end, runDay].sort()[0]);
      expect(leftOut).toEqual(end > runDay ? { start: dayOf(numberOf(runDay) + 1), end } : null);
    }),
  );
  for (const predefined of predefinedPeriods) {
    expect(resolvePeriod({ predefined }, '2026-02-04').end <= '2026-02-04').toBe(true);
    expect(daysToCome({ predefined }, '2026-02-04')).toBeNull();
  }
});

test.each<[string, PeriodSetting, RegExp]>([
  ['without a start', {}, /start/],
  ['with an end alone', { end: '2026-01-31' }, /start/],
  ['from 30 February', { start: '2026-02-30' }, /start .*"2026-02-30"/],
  ['to 30 February', { start: '2026-01-01', end: '2026-02-30' }, /end .*"2026-02-30"/],
  ['predefined and from a start', { predefined: 'yesterday', start: '2026-01-01' }, /yesterday/],
  ['predefined and days back', { predefined: 'yesterday', lastDaysBack: 0 }, /yesterday/],
  ['back to before all calendars', { start: '2026-01-01', lastDaysBack: 1_000_000 }, /lastDaysBack 1000000/],
  [
    'back to before all numbers',
    { start: '2026-01-01', lastDaysBack: 1e15 },
    /lastDaysBack 1000000000000000/,
  ],
])('a period %s is refused', (_title, setting, message) => {
  const resolve = () => resolvePeriod(setting, '2026-02-04');
  expect(resolve).toThrow(ConfigurationError);
  expect(resolve).toThrow(message);
});

/** The table of predefined periods, once more, by numbers of days. */
function counted(predefined: Predefined, runDay: string): { start: string; end: string } {
  const { year, month, date } = partsOf(runDay);
  const today = numberOf(runDay);
  const monday = today - weekdayOf(runDay);
  const first = today - date + 1;
  const previousFirst = first - (month === 1 ? 31 : monthLength(year, month - 1));
  const [from, to] = {
    yesterday: [today - 1, today - 1],
    week_to_date: [monday, today],
    previous_week: [monday - 7, monday - 1],
    previous_week_to_date: [monday - 7, today],
    month_to_date: [first, today],
    previous_month: [previousFirst, first - 1],
    previous_month_to_date: [previousFirst, today],
    year_to_date: [numberOf(`${year}-01-01`), today],
  }[predefined] as [number, number];
  return { start: dayOf(from), end: dayOf(to) };
}
