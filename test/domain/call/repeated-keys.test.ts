import { expect, test } from 'vitest';
import { countRepeated, hashKeys } from '#domain/call/repeated-keys';

const columns = ['date', 'customer_id', 'country'];
const key = ['customer_id', 'date'];
const keysOf = (...rows: (string | number | null)[][]) => hashKeys({ columns, rows }, key);
const repeated = (rows: (string | number | null)[][], before: (string | number | null)[][]) =>
  countRepeated(keysOf(...rows), new Set(keysOf(...before)));

test('rows are counted whose key stands in the page before, whatever else they bear', () => {
  const before = [
    ['2026-01-01', 'a', 'UK'],
    ['2026-01-01', 'b', 'UK'],
  ];
  const rows = [
    ['2026-01-01', 'b', 'DE'],
    ['2026-01-02', 'a', 'UK'],
    ['2026-01-01', 'c', 'UK'],
    ['2026-01-01', 'b', 'FR'],
  ];
  expect(repeated(rows, before)).toBe(2);
});

test('null equals null, and no text', () => {
  const rows = [['2026-01-01', null, 'UK']];
  expect(repeated(rows, [['2026-01-01', null, 'DE']])).toBe(1);
  expect(repeated(rows, [['2026-01-01', '', 'DE']])).toBe(0);
  expect(repeated(rows, [['2026-01-01', 'null', 'DE']])).toBe(0);
});

test('values do not run into each other', () => {
  expect(repeated([['b', 'a', null]], [['', 'ab', null]])).toBe(0);
});

test('digits are the same id as a number, should one page have made a text of the column', () => {
  expect(repeated([['2026-01-01', 7, null]], [['2026-01-01', '7', null]])).toBe(1);
});
