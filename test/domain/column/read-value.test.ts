import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType, Value } from '#domain/column/column';
import { longNumber } from '#domain/column/read-number';
import { readAttributes, readValue, toText } from '#domain/column/read-value';
import { idealType, type TableType } from '#domain/column/table-type';
import { parseJson } from '#optimove/parse-json';
import { toTableType } from '#warehouse/postgres/read-columns';
import { toTableType as sqliteType } from '#warehouse/sqlite/read-columns';
import { beside, textOfCase, valueCases, valueCaseTypes } from '../../helpers/value-cases.ts';

describe.each(valueCaseTypes)('a column of type %s', (type) => {
  test.each(valueCases)('$json', ({ json, becomes }) => {
    const raw = json === 'NaN' ? null : parseJson(json);
    const value = becomes[type];
    expect(readValue(raw, idealType[type])).toStrictEqual(value === beside ? undefined : value);
    if (value === beside) expect(toText(raw)).toBe(textOfCase(json));
  });
});

/** In Postgres's words. */
const bounded: [declared: string, fits: [unknown, Value][], doesNotFit: unknown[]][] = [
  [
    'smallint',
    [
      [32767, 32767],
      ['-32768', -32768],
    ],
    [32768, '-32769', 1.5],
  ],
  [
    'integer',
    [
      [2147483647, 2147483647],
      ['-2147483648', -2147483648],
    ],
    [2147483648, '99999999999', true],
  ],
  [
    'numeric(10,2)',
    [
      [12345678.25, 12345678.25],
      ['12345678.20', '12345678.20'],
      ['1e7', '1e7'],
      [longNumber('0.50000000000000000000'), '0.50000000000000000000'],
      [0, 0],
      ['NaN', null],
    ],
    [123456789, 0.125, '1.005', '12345678.901', 1e8, longNumber('9007199254740993'), '007', 'n/a'],
  ],
  [
    'numeric(3,0)',
    [
      [999, 999],
      ['10.0', '10.0'],
    ],
    [1000, 9.5],
  ],
  [
    'numeric',
    [
      [longNumber('9223372036854775808.5'), '9223372036854775808.5'],
      [longNumber('1e400'), '1e400'],
      [1e21, 1e21],
    ],
    [longNumber('1e100000'), '0x10', true, ' 1'],
  ],
  [
    'real',
    [
      [0.1, 0.1],
      [16777216, 16777216],
      [0.5, 0.5],
      [123456, 123456],
    ],
    [16777217, 0.1234567, 1e39, 1e-40],
  ],
  [
    'character varying(3)',
    [
      ['abc', 'abc'],
      ['', ''],
      ['😀😀😀', '😀😀😀'],
      [123, '123'],
      [' a ', ' a '],
    ],
    ['abcd', 1234, '😀😀😀😀', { a: 1 }, 'ab  '],
  ],
  [
    'character(3)',
    [
      ['ab', 'ab'],
      ['abc', 'abc'],
      [' a', ' a'],
    ],
    ['ab ', 'abcd'],
  ],
  [
    'timestamp(3) without time zone',
    [
      ['2014-12-03 10:30:00.1230000', '2014-12-03 10:30:00.123'],
      ['2014-12-03T10:30:00', '2014-12-03T10:30:00'],
    ],
    ['2014-12-03 10:30:00.1234'],
  ],
  [
    'uuid',
    [
      ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
      ['6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'],
      ['', null],
    ],
    ['{6ba7b810-9dad-11d1-80b4-00c04fd430c8}', '6ba7b8109dad11d180b400c04fd430c8', 'x', 7, { a: 1 }],
  ],
  [
    'timestamp(0) with time zone',
    [['2014-12-03T10:30:00.000Z', '2014-12-03T10:30:00']],
    ['2014-12-03T10:30:00.5'],
  ],
];

/** SQLite keeps these as texts, and numbers as numbers. */
test.each<[raw: unknown, value: Value | undefined]>([
  ['words', 'words'],
  ['', ''],
  ['{"a":1}', '{"a":1}'],
  [{ a: 1 }, '{"a":1}'],
  ['2026-01-01', '2026-01-01'],
  ['0x10', '0x10'],
  ['12', 12],
  ['-1.5', -1.5],
  [7, 7],
  [7.5, 7.5],
  [true, true],
  ['9223372036854775807', '9223372036854775807'],
  [longNumber('9223372036854775807'), '9223372036854775807'],
  ...[
    '007',
    '1.50',
    ' 5 ',
    '1e5',
    '+5',
    '.5',
    '5.',
    '-0',
    '9223372036854775808',
    longNumber('0.1000000000000000055'),
  ].map((raw): [unknown, undefined] => [raw, undefined]),
])('a column STRING or JSON of SQLite holds %j as %j', (raw, value) => {
  for (const declared of ['string', 'json', 'uuid', 'time'])
    expect(readValue(raw, sqliteType(declared))).toStrictEqual(value);
});

test.each(['numeric', 'decimal(10,2)', 'number', 'money'])(
  'a column %s of SQLite holds numbers only',
  (declared) => {
    expect(readValue('words', sqliteType(declared))).toBeUndefined();
    expect(readValue('1.50', sqliteType(declared))).toBe(1.5);
  },
);

describe.each(bounded)('%s', (declared, fits, doesNotFit) => {
  const type = toTableType(declared) as TableType;
  test.each(fits)('holds %j as %j', (raw, value) => {
    expect(readValue(raw, type)).toStrictEqual(value);
  });
  test.each(doesNotFit.map((raw) => [raw]))('would cut or round %j', (raw) => {
    expect(readValue(raw, type)).toBeUndefined();
  });
});

test.each([
  ['2014-12-03 10:30', '2014-12-03 10:30:00'],
  ['2014-12-03t10:30:00z', '2014-12-03T10:30:00'],
  ['2014-12-03 10:30:00 +05:30', '2014-12-03 05:00:00'],
  ['2014-12-31T23:00:00-02', '2015-01-01T01:00:00'],
  ['0001-01-01T00:00:00Z', null],
  ['2014-12-03T24:00:00', undefined],
  ['2014-12-03T10:60:00', undefined],
  ['2014-12-03T10:30:00+25:00', undefined],
  ['9999-12-31T23:59:59-05:00', undefined],
  ['0000-12-31', undefined],
  ['/Date(253402300800000)/', undefined],
  ['2014-12-03T10:30:00 UTC', undefined],
])('the time %s is read as %s', (text, value) => {
  expect(readValue(text, idealType.timestamp)).toBe(value);
});

test.each([
  ['2014-12-03 00:00', '2014-12-03'],
  ['2014-12-03T00:00:00.000-11:00', '2014-12-03'],
  ['9999-12-31T23:59:59.997', '9999-12-31'],
  ['9999-12-31T23:59:59', '9999-12-31'],
  ['9999-12-31T23:59:58', undefined],
  ['2014-12-03T00:00:00.0000001', undefined],
  ['2014-12-03T00:00:01Z', undefined],
  ['/Date(1417564800000+0200)/', '2014-12-03'],
])('the day %s is read as %s', (text, value) => {
  expect(readValue(text, idealType.date)).toBe(value);
});

test('whatever fits comes back as it was written, whatever its type', () => {
  const written = fc.oneof(
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.stringMatching(/^-?\d{1,25}(\.\d{1,25})?$/),
  );
  const types: TableType[] = [
    ...(['integer', 'double', 'text'] as const).map((type: ColumnType) => idealType[type]),
    { kind: 'numeric', precision: null, scale: null },
    { kind: 'number' },
  ];
  fc.assert(
    fc.property(written, fc.constantFrom(...types), (text, type) => {
      const value = readValue(text, type);
      if (typeof value === 'string') expect(value).toBe(text);
      else if (value !== undefined) expect(Number(value) === Number(text)).toBe(true);
      if (typeof value === 'number' && /^-?\d+$/.test(text)) expect(BigInt(value)).toBe(BigInt(text));
    }),
    { numRuns: 2000 },
  );
});

test('a value that was fitted is read again as itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...valueCaseTypes), (raw, type) => {
      const value = readValue(raw, idealType[type]);
      if (value !== undefined && value !== null)
        expect(readValue(value, idealType[type])).toStrictEqual(value);
      expect(readValue(toText(raw), idealType.text)).toBe(toText(raw));
    }),
  );
});

test.each<[raw: unknown, asked: number, values: readonly unknown[] | undefined]>([
  [['BuddyZZ', 'UK'], 2, ['BuddyZZ', 'UK']],
  [['BuddyZZ', null], 2, ['BuddyZZ', null]],
  ['BuddyZZ;UK', 2, ['BuddyZZ', 'UK']],
  ['BuddyZZ,UK', 2, ['BuddyZZ', 'UK']],
  ['Zed, Buddy;UK', 2, ['Zed, Buddy', 'UK']],
  ['a;b,UK', 2, ['a', 'b,UK']],
  [';', 2, ['', '']],
  ['Super Brand, Mega Brand; Inc.', 1, ['Super Brand, Mega Brand; Inc.']],
  ['', 1, ['']],
  ['', 2, []],
  [[], 3, []],
  [['UK'], 2, undefined],
  [['a', 'b', 'c'], 2, undefined],
  ['a;b;c', 2, undefined],
  [7, 2, undefined],
])('%j, of %i asked for, is read as %j', (raw, asked, values) => {
  expect(readAttributes(raw, asked)).toEqual(values);
});
