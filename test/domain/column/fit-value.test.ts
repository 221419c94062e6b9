import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType, Value } from '../../../src/domain/column/column.ts';
import { fitValue, widen } from '../../../src/domain/column/fit-value.ts';

const types: ColumnType[] = ['integer', 'double', 'text', 'boolean', 'date', 'timestamp'];

const table: Record<ColumnType, [raw: unknown, value: Value, type: ColumnType][]> = {
  integer: [
    [12, 12, 'integer'],
    [-7, -7, 'integer'],
    ['12', 12, 'integer'],
    ['-12', -12, 'integer'],
    ['12.0', 12, 'integer'],
    ['0', 0, 'integer'],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'integer'],
    ['9007199254740993', '9007199254740993', 'integer'],
    ['-9223372036854775808', '-9223372036854775808', 'integer'],
    ['9223372036854775807', '9223372036854775807', 'integer'],
    // 2^63: too great for 64 bits, and a double happens to hold it.
    ['9223372036854775808', 2 ** 63, 'double'],
    ['9223372036854775809', '9223372036854775809', 'text'],
    [1.5, 1.5, 'double'],
    ['1.5', 1.5, 'double'],
    ['1e3', 1000, 'double'],
    ['007', '007', 'text'],
    ['+7', '+7', 'text'],
    [' 7', ' 7', 'text'],
    ['', '', 'text'],
    ['n/a', 'n/a', 'text'],
    [true, 'true', 'text'],
    [{ a: 1 }, '{"a":1}', 'text'],
    [[1, 'b'], '[1,"b"]', 'text'],
  ],
  double: [
    [342.65, 342.65, 'double'],
    [12, 12, 'double'],
    ['342.650', 342.65, 'double'],
    ['-0.000001', -0.000001, 'double'],
    ['0.1', 0.1, 'double'],
    ['1.7976931348623157e308', Number.MAX_VALUE, 'double'],
    ['0.30000000000000004', 0.30000000000000004, 'double'],
    ['9007199254740992', 9007199254740992, 'double'],
    ['9007199254740993', '9007199254740993', 'text'],
    ['0.1000000000000000055', '0.1000000000000000055', 'text'],
    ['1e400', '1e400', 'text'],
    ['1e-400', '1e-400', 'text'],
    ['12,5', '12,5', 'text'],
    ['NaN', 'NaN', 'text'],
    [false, 'false', 'text'],
  ],
  boolean: [
    [true, true, 'boolean'],
    ['true', true, 'boolean'],
    ['False', false, 'boolean'],
    [1, '1', 'text'],
    ['yes', 'yes', 'text'],
  ],
  date: [
    ['2026-01-31', '2026-01-31', 'date'],
    ['2024-02-29', '2024-02-29', 'date'],
    ['2000-02-29', '2000-02-29', 'date'],
    ['1900-02-29', '1900-02-29', 'text'],
    ['2026-02-30', '2026-02-30', 'text'],
    ['2026-13-01', '2026-13-01', 'text'],
    ['2026-00-10', '2026-00-10', 'text'],
    ['0000-01-01', '0000-01-01', 'text'],
    ['2026-01-31 10:00:00', '2026-01-31 10:00:00', 'text'],
    ['31/01/2026', '31/01/2026', 'text'],
    [20260131, '20260131', 'text'],
  ],
  timestamp: [
    ['2015-12-30 10:30:00', '2015-12-30 10:30:00', 'timestamp'],
    ['2015-12-30T10:30:00', '2015-12-30T10:30:00', 'timestamp'],
    ['2015-12-30 10:30:00.123', '2015-12-30 10:30:00.123', 'timestamp'],
    ['2015-12-30 10:30:00.1234567', '2015-12-30 10:30:00.1234567', 'text'],
    ['2015-12-30 24:00:00', '2015-12-30 24:00:00', 'text'],
    ['2015-12-30T10:30:00Z', '2015-12-30T10:30:00Z', 'text'],
    ['2015-12-30', '2015-12-30', 'text'],
    ['2015-02-30 10:30:00', '2015-02-30 10:30:00', 'text'],
  ],
  text: [
    ['HG65D', 'HG65D', 'text'],
    ['', '', 'text'],
    ['NULL', 'NULL', 'text'],
    [231342, '231342', 'text'],
    [0.5, '0.5', 'text'],
    [true, 'true', 'text'],
    [{ Id: 1, Tags: ['a'] }, '{"Id":1,"Tags":["a"]}', 'text'],
  ],
};

describe.each(types)('a column of type %s', (asked) => {
  test.each(table[asked])('takes %j as %j of type %s', (raw, value, type) => {
    expect(fitValue(raw, asked)).toEqual({ value, type });
  });

  test('takes nothing as null, whatever it is spelled by', () => {
    expect(fitValue(null, asked)).toEqual({ value: null, type: asked });
    expect(fitValue(undefined, asked)).toEqual({ value: null, type: asked });
  });

  test('takes a value anew as the type it was widened to, and it stays', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (raw) => {
        const fitted = fitValue(raw, asked);
        expect(fitValue(raw, fitted.type)).toEqual(fitted);
        expect(widen(asked, fitted.type)).toBe(fitted.type);
      }),
    );
  });
});

test('a number written as text comes back as it was, whatever its type', () => {
  const written = fc.oneof(
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.stringMatching(/^-?\d{1,25}$/),
  );
  fc.assert(
    fc.property(written, fc.constantFrom<ColumnType>('integer', 'double', 'text'), (text, type) => {
      const { value } = fitValue(text, type);
      if (typeof value === 'string') expect(value).toBe(text);
      else expect(Object.is(value, Number(text)) || (value === 0 && Number(text) === 0)).toBe(true);
      if (typeof value === 'number' && /^-?\d+$/.test(text)) expect(BigInt(value)).toBe(BigInt(text));
    }),
    { numRuns: 2000 },
  );
});

test('a BigInt keeps its digits', () => {
  expect(fitValue(9007199254740993n, 'integer')).toEqual({ value: '9007199254740993', type: 'integer' });
  expect(fitValue(9007199254740993n, 'double')).toEqual({ value: '9007199254740993', type: 'text' });
  expect(fitValue({ big: 9007199254740993n }, 'text').value).toBe('{"big":"9007199254740993"}');
});

test('two types join in the narrowest that holds both', () => {
  expect(widen('integer', 'double')).toBe('double');
  expect(widen('date', 'timestamp')).toBe('text');
  expect(widen('boolean', 'integer')).toBe('text');
  for (const one of types) {
    expect(widen(one, one)).toBe(one);
    expect(widen(one, 'text')).toBe('text');
    for (const other of types) {
      expect(widen(one, other)).toBe(widen(other, one));
      for (const third of types) {
        expect(widen(widen(one, other), third)).toBe(widen(one, widen(other, third)));
      }
    }
  }
});
