import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitPeriod } from '#domain/chunk/split-period';
import { ConfigurationError } from '#domain/errors';
import { type ChunkSetting, chunkUnits } from '#domain/river/river';
import { anyDay, dayOf, monthsLater, numberOf } from '../../helpers/counted-calendar.ts';
import { describeOnMachinesEverywhere } from '../../helpers/machine-time-zones.ts';

type Unit = ChunkSetting['every'];

describeOnMachinesEverywhere('chunks', () => {
  test.each<[string, string, Unit, number, string[]]>([
    ['2020-01-01', '2020-01-08', 'daily', 4, ['2020-01-01/2020-01-04', '2020-01-05/2020-01-08']],
    ['2020-01-01', '2020-01-08', 'daily', 5, ['2020-01-01/2020-01-05', '2020-01-06/2020-01-08']],
    ['2020-01-01', '2020-01-02', 'daily', 1, ['2020-01-01/2020-01-01', '2020-01-02/2020-01-02']],
    ['2020-01-01', '2020-01-08', 'daily', 100, ['2020-01-01/2020-01-08']],
    ['2020-01-01', '2020-01-08', 'dont_split', 1, ['2020-01-01/2020-01-08']],
    ['2020-01-01', '2020-01-08', 'dont_split', 3, ['2020-01-01/2020-01-08']],
    ['2026-01-15', '2026-03-14', 'monthly', 1, ['2026-01-15/2026-02-14', '2026-02-15/2026-03-14']],
    [
      '2026-01-31',
      '2026-05-01',
      'monthly',
      1,
      ['2026-01-31/2026-02-27', '2026-02-28/2026-03-30', '2026-03-31/2026-04-29', '2026-04-30/2026-05-01'],
    ],
    ['2024-01-31', '2024-03-30', 'monthly', 1, ['2024-01-31/2024-02-28', '2024-02-29/2024-03-30']],
    [
      '2025-11-30',
      '2026-05-30',
      'monthly',
      3,
      ['2025-11-30/2026-02-27', '2026-02-28/2026-05-29', '2026-05-30/2026-05-30'],
    ],
    [
      '2024-02-29',
      '2028-02-29',
      'yearly',
      1,
      [
        '2024-02-29/2025-02-27',
        '2025-02-28/2026-02-27',
        '2026-02-28/2027-02-27',
        '2027-02-28/2028-02-28',
        '2028-02-29/2028-02-29',
      ],
    ],
    ['2026-01-01', '2027-12-31', 'yearly', 2, ['2026-01-01/2027-12-31']],
    ['2026-12-31', '2027-01-01', 'yearly', 1, ['2026-12-31/2027-01-01']],
    ['9999-12-30', '9999-12-31', 'monthly', 1, ['9999-12-30/9999-12-31']],
    ['2026-01-01', '2026-01-31', 'daily', Number.MAX_SAFE_INTEGER, ['2026-01-01/2026-01-31']],
    ['2026-01-01', '2026-01-31', 'yearly', Number.MAX_SAFE_INTEGER, ['2026-01-01/2026-01-31']],
  ])('%s to %s %s × %i', (start, end, every, size, keys) => {
    const chunks = [...splitPeriod({ start, end }, { every, size })];
    expect(chunks.map(({ key }) => key)).toEqual(keys);
    expect(chunks.map((chunk) => `${chunk.start}/${chunk.end}`)).toEqual(keys);
  });

  test.each(chunkUnits)(
    '%s cover the period in order, without gap or overlap, and none is empty',
    (every) => {
      fc.assert(
        fc.property(anyPeriod(), fc.integer({ min: 1, max: 40 }), (period, size) => {
          const chunks = [...splitPeriod(period, { every, size })];
          const [begins, ends] = [
            chunks.map(({ start }) => numberOf(start)),
            chunks.map(({ end }) => numberOf(end)),
          ];
          expect(begins).toEqual([numberOf(period.start), ...ends.slice(0, -1).map((end) => end + 1)]);
          expect(ends.at(-1)).toBe(numberOf(period.end));
          expect(chunks.filter(({ start, end }) => start > end)).toEqual([]);
          expect(new Set(chunks.map(({ key }) => key)).size).toBe(chunks.length);
        }),
      );
    },
  );

  test.each(chunkUnits)('%s number k begins at the first day and k × size units', (every) => {
    fc.assert(
      fc.property(anyPeriod(), fc.integer({ min: 1, max: 40 }), (period, size) => {
        const begins = [...splitPeriod(period, { every, size })].map(({ start }) => start);
        expect(begins).toEqual(begins.map((_, k) => counted(period.start, every, k * size)));
        if (every !== 'dont_split') {
          // One chunk more would begin after the period.
          expect(counted(period.start, every, begins.length * size) > period.end).toBe(true);
        }
      }),
    );
  });
});

test.each([0, -1, 1.5, Number.NaN])('a size of %d is refused', (size) => {
  const period = { start: '2026-01-01', end: '2026-01-31' };
  expect(() => [...splitPeriod(period, { every: 'daily', size })]).toThrow(ConfigurationError);
});

test('a period that ends before it begins is not split', () => {
  const period = { start: '2026-01-31', end: '2026-01-01' };
  expect(() => [...splitPeriod(period, { every: 'dont_split', size: 1 })]).toThrow(RangeError);
});

/** Up to four years long, beginning on any day, every third time on one that not every month has. */
function anyPeriod() {
  const late = anyDay().filter((day) => Number(day.slice(8)) > 28);
  return fc
    .tuple(
      fc.oneof({ weight: 2, arbitrary: anyDay() }, { weight: 1, arbitrary: late }),
      fc.integer({ min: 0, max: 1500 }),
    )
    .map(([first, more]) => ({ start: first, end: dayOf(numberOf(first) + more) }));
}

function counted(first: string, every: Unit, units: number): string {
  if (every === 'daily') return dayOf(numberOf(first) + units);
  return monthsLater(first, every === 'yearly' ? units * 12 : units);
}
