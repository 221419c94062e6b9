import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countDifferent,
  countRepeated,
  fingerprintRows,
  HashList,
  sortedHashes,
} from '#domain/call/fingerprint';
import { longNumber } from '#domain/column/read-number';

const aRow = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 });
const someRows = fc.array(aRow, { maxLength: 12 });

/** The same value, the keys of its objects in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, held]) => [key, turned(held)]);
  return Object.fromEntries(entries.reverse());
}

test('rows in another order, with their keys in another order, have the same fingerprint', () => {
  fc.assert(
    fc.property(someRows, fc.infiniteStream(fc.nat()), (rows, places) => {
      const shuffled = rows
        .map((row) => ({ row: turned(row) as (typeof rows)[number], place: places.next().value }))
        .sort((one, other) => one.place - other.place)
        .map(({ row }) => row);
      expect(fingerprintRows(shuffled)).toBe(fingerprintRows(rows));
    }),
  );
});

test('a row more, a row less or a value changed is another fingerprint', () => {
  fc.assert(
    fc.property(someRows, aRow, (rows, row) => {
      const with1 = fingerprintRows([...rows, row]);
      expect(with1).not.toBe(fingerprintRows(rows));
      expect(fingerprintRows([...rows, row, row])).not.toBe(with1);
      expect(fingerprintRows([...rows, { ...row, more: 1 }])).not.toBe(with1);
    }),
  );
});

test.each<[string, Record<string, unknown>[], Record<string, unknown>[]]>([
  [
    'values that change their rows',
    [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ],
    [
      { a: 1, b: 4 },
      { a: 3, b: 2 },
    ],
  ],
  ['values that change their keys', [{ a: 'x', b: 'y' }], [{ a: 'y', b: 'x' }]],
  ['a number and a text', [{ a: 1 }], [{ a: '1' }]],
  ['null and a text', [{ a: null }], [{ a: 'null' }]],
  ['items in another order', [{ a: [1, 2] }], [{ a: [2, 1] }]],
  ['an empty list and an empty object', [{ a: [] }], [{ a: {} }]],
  ['numbers beyond 32 bits', [{ a: 1 }], [{ a: 1 + 2 ** 32 }]],
  ['digits that a number does not have', [{ a: longNumber('1.10') }], [{ a: longNumber('1.1000') }]],
  ['fractions', [{ a: 0.5 }], [{ a: 0.25 }]],
  ['which row stands twice', [{ a: 1 }, { a: 1 }, { a: 2 }], [{ a: 1 }, { a: 2 }, { a: 2 }]],
])('tells apart: %s', (_what, one, other) => {
  expect(fingerprintRows(one)).not.toBe(fingerprintRows(other));
});

test('of 100,000 rows that differ in one digit no two are taken for each other', () => {
  const all = new Set(
    Array.from({ length: 100_000 }, (_, id) => fingerprintRows([{ CustomerID: String(id) }])),
  );
  expect(all.size).toBe(100_000);
});

const columns = ['date', 'customer_id', 'country'];
const key = ['customer_id', 'date'];
const keysOf = (...rows: (string | number | null)[][]) => sortedHashes({ columns, rows }, key);
const repeated = (rows: (string | number | null)[][], before: (string | number | null)[][]) =>
  countRepeated(keysOf(...rows), keysOf(...before));

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

test('what is counted of sorted hashes is what sets would say, however they came', () => {
  const some = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(some), some, (parts, before) => {
      const list = new HashList();
      for (const part of parts) list.add(part);
      const hashes = list.sorted();
      const all = parts.flat();
      expect([...hashes]).toStrictEqual(all.toSorted((one, other) => one - other));
      expect(countDifferent(hashes)).toBe(new Set(all).size);
      const known = new Set(before);
      expect(countRepeated(hashes, Float64Array.from(before).sort())).toBe(
        all.filter((hash) => known.has(hash)).length,
      );
    }),
  );
});
