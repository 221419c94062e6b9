import { expect, test } from 'vitest';
import { inferType } from '../../../src/domain/column/infer-type.ts';

test.each([
  [12, 'integer'],
  [12.5, 'double'],
  [1e300, 'double'],
  [true, 'boolean'],
  ['12', 'text'],
  ['2026-01-31', 'text'],
  ['true', 'text'],
  [{ a: 1 }, 'text'],
  [[1], 'text'],
  [null, undefined],
  [undefined, undefined],
])('%j is of type %s', (raw, type) => {
  expect(inferType(raw)).toBe(type);
});

test('a BigInt is an integer', () => {
  expect(inferType(9007199254740993n)).toBe('integer');
});
