import { expect, test } from 'vitest';
import { RowShapeError } from '#domain/errors';
import { countByDay } from '#warehouse/commit/days-of-chunk';

const scope = { column: 'date', start: '2026-01-01', end: '2026-01-03' };

test('days without rows count as well', () => {
  expect([...countByDay(scope, new Map([['2026-01-02', 5]]), 'sample')]).toEqual([
    ['2026-01-01', 0],
    ['2026-01-02', 5],
    ['2026-01-03', 0],
  ]);
});

test('a report without days has one count for all of its pages', () => {
  expect([...countByDay(null, new Map([[null, 5]]), 'sample')]).toEqual([[null, 5]]);
  expect([...countByDay(null, new Map(), 'sample')]).toEqual([[null, 0]]);
});

test.each([
  ['2026-01-04', 'the day 2026-01-04'],
  [null, 'no day'],
])('rows of the day %s are refused in a chunk of others', (day, words) => {
  const counting = () => countByDay(scope, new Map([[day, 2]]), 'sample');
  expect(counting).toThrow(RowShapeError);
  expect(counting).toThrow(words);
  expect([...countByDay(scope, new Map([[day, 0]]), 'sample').values()]).toEqual([0, 0, 0]);
});
