import { expect, test } from 'vitest';
import type { ColumnType, Value } from '../../../src/domain/column/column.ts';
import { fitColumn } from '../../../src/domain/column/fit-column.ts';

function fitOne(raw: unknown[], declared: ColumnType | undefined) {
  const into: Value[][] = raw.map(() => []);
  const type = fitColumn(
    raw.map((value) => [value]),
    0,
    declared,
    into,
  );
  return { type, values: into.map(([value]) => value) };
}

test.each<[raw: unknown[], declared: ColumnType | undefined, type: ColumnType, values: Value[]]>([
  [[1, '2', null], 'integer', 'integer', [1, 2, null]],
  [[1, '2.5'], 'integer', 'double', [1, 2.5]],
  [['12', 12, '007'], 'integer', 'text', ['12', '12', '007']],
  [['12.0', 'x'], 'integer', 'text', ['12.0', 'x']],
  [['9007199254740993', 1], 'integer', 'integer', ['9007199254740993', 1]],
  [['9007199254740993', 1.5], 'integer', 'text', ['9007199254740993', '1.5']],
  [[true, 'false', 'perhaps'], 'boolean', 'text', ['true', 'false', 'perhaps']],
  [[null, 3, 4.5], undefined, 'double', [null, 3, 4.5]],
  [[null, 'a', 1], undefined, 'text', [null, 'a', '1']],
  [[true, 1], undefined, 'text', ['true', '1']],
  [[], 'date', 'date', []],
])('%j, declared %s, is a column of type %s: %j', (raw, declared, type, values) => {
  expect(fitOne(raw, declared)).toEqual({ type, values });
});

test('without a declaration and without a value there is no column', () => {
  expect(fitOne([null, undefined], undefined)).toEqual({ type: undefined, values: [undefined, undefined] });
});
