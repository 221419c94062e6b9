import { expect, test } from 'vitest';
import { RowShapeError } from '../../../src/domain/errors.ts';
import { countByDay, daysOf, warningsOfEmptied } from '../../../src/warehouse/commit/days-of-chunk.ts';

const where = { table: 'sample', column: 'date' };

test('a stretch has all its days, over the end of February too', () => {
  expect(daysOf({ first: '2024-02-28', last: '2024-03-01' })).toEqual([
    '2024-02-28',
    '2024-02-29',
    '2024-03-01',
  ]);
  expect(daysOf({ first: '2026-01-01', last: '2026-01-01' })).toEqual(['2026-01-01']);
});

test('days without rows count as well', () => {
  const counted = countByDay(
    { first: '2026-01-01', last: '2026-01-03' },
    new Map([['2026-01-02', 5]]),
    where,
  );
  expect([...counted]).toEqual([
    ['2026-01-01', 0],
    ['2026-01-02', 5],
    ['2026-01-03', 0],
  ]);
});

test('without a stretch the days are those of the rows', () => {
  expect([...countByDay(null, new Map([['2026-01-02', 5]]), where)]).toEqual([['2026-01-02', 5]]);
});

test.each([
  [{ first: '2026-01-01', last: '2026-01-03' }, '2026-01-04', 'the day 2026-01-04'],
  [{ first: '2026-01-01', last: '2026-01-03' }, null, 'no day'],
  [null, null, 'no day'],
])('rows outside of %j are refused', (stretch, day, words) => {
  const counting = () => countByDay(stretch, new Map([[day, 2]]), where);
  expect(counting).toThrow(RowShapeError);
  expect(counting).toThrow(words);
});

test('each unbroken stretch that fell to none is one warning', () => {
  const before = new Map([
    ['2026-01-01', 2],
    ['2026-01-02', 0],
    ['2026-01-03', 1],
    ['2026-01-04', 3],
    ['2026-01-06', 4],
  ]);
  const after = new Map([['2026-01-06', 1]]);
  expect(warningsOfEmptied('sample', { rows: 10, byDay: before }, { rows: 1, byDay: after })).toEqual([
    { start: '2026-01-01', end: '2026-01-01', message: '2 rows of 2026-01-01 made way for none.' },
    {
      start: '2026-01-03',
      end: '2026-01-04',
      message: '4 rows of 2026-01-03 to 2026-01-04 made way for none.',
    },
  ]);
});

test('without days the whole table’s rows are spoken of', () => {
  const none = { rows: 0, byDay: new Map<string, number>() };
  expect(warningsOfEmptied('sample', { ...none, rows: 1 }, none)).toEqual([
    { start: null, end: null, message: '1 row of sample made way for none.' },
  ]);
  expect(warningsOfEmptied('sample', { ...none, rows: 1 }, { ...none, rows: 1 })).toEqual([]);
});
