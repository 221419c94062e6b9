import { expect, test } from 'vitest';
import { quoteName, toParameters, toRow } from '#warehouse/bigquery/values';

test('parameters bear their types, also where they are null', () => {
  expect(toParameters([])).toEqual({});
  expect(toParameters(['a', 1, 1.5, true, null])).toEqual({
    params: ['a', 1, 1.5, true, null],
    types: ['STRING', 'INT64', 'FLOAT64', 'BOOL', 'STRING'],
  });
});

test('names stand in backquotes', () => {
  expect(quoteName('a`b\\c')).toBe('`a\\`b\\\\c`');
});

test('days and times are texts, as from the other databases', () => {
  const digits = { toFixed: () => '12345678901234567890' };
  expect(toRow({ day: { value: '2026-01-01' }, digits, text: 'a', none: null })).toEqual({
    day: '2026-01-01',
    digits: '12345678901234567890',
    text: 'a',
    none: null,
  });
});
