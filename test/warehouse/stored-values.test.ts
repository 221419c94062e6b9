import { expect, test } from 'vitest';
import { pageText } from '#warehouse/stored-values';

test('rows become the JSON that they are', () => {
  const rows = [['a "b" \\u0000 \n', 1, 0.1, -0, null, true, '123456789012345678', 999_999_999_999_999]];
  expect(JSON.parse(pageText(rows))).toEqual([[...rows[0]!.slice(0, 3), 0, ...rows[0]!.slice(4)]]);
});

test('a character that no database holds becomes U+FFFD', () => {
  expect(JSON.parse(pageText([['a\0b', '\ud800x', 'x\udc00', '😀']]))).toEqual([
    ['a\uFFFDb', '\uFFFDx', 'x\uFFFD', '😀'],
  ]);
});

test('a number written with an exponent travels as text', () => {
  expect(pageText([[1e21, 1e-7, 1e20, 1e-6, 0]])).toBe('[["1e+21","1e-7",100000000000000000000,0.000001,0]]');
});
