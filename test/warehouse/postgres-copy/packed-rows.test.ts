import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '#domain/column/column';
import { toCopyChunks } from '#warehouse/postgres-copy/copy-format';
import { endOfRows, packFixed, packRows, unpackRows } from '#warehouse/postgres-copy/packed-rows';

const whole = (bits: number) =>
  fc
    .bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n })
    .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)));
const instant = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.constantFrom('', '\\N', '\t', '\0', 'ü', '\ud800', '😀'),
);

const valuesOf: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  text,
  'character varying(200)': text,
  bigint: whole(64),
  integer: whole(32),
  smallint: whole(16),
  'double precision': fc.double({ noNaN: true }),
  boolean: fc.boolean(),
  date: instant.map((date) => date.toISOString().slice(0, 10)),
  'timestamp without time zone': fc
    .tuple(instant, fc.constantFrom('', '.1', '.000001', '.999999'))
    .map(([date, fraction]) => date.toISOString().slice(0, 19) + fraction),
  'timestamp(3) with time zone': instant.map((date) => date.toISOString().slice(0, 19)),
};
const declared = Object.keys(valuesOf);
const aRow = fc.tuple(...Object.values(valuesOf).map((value) => fc.option(value, { freq: 5 })));

const stored = (value: Value) =>
  typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '\uFFFD') : value;

test('values that are the same in rows after each other are written each time', () => {
  const [a, b] = ['a\0', 'b'];
  const values = [a, a, b, b, null, b, 'long '.repeat(20), 'long '.repeat(20), a];
  const numbers = [0, -0, -0, 0, 1.5, 1.5, null, 1.5, 2];
  const rows = values.map((value, at): Value[] => [value, numbers[at] ?? null, value]);
  const { packed, replaced } = packRows(['text', 'double precision', 'text'], rows) ?? {};
  expect(unpackRows(['text', 'double precision', 'text'], packed ?? Buffer.of())).toStrictEqual(
    rows.map((row) => row.map(stored)),
  );
  expect(replaced).toEqual(
    new Map([
      [0, 3],
      [2, 3],
    ]),
  );
});

test('rows that are packed are unpacked as they were, but for characters that no database holds', () => {
  fc.assert(
    fc.property(fc.array(aRow), (rows) => {
      const { packed } = packRows(declared, rows) ?? {};
      expect(unpackRows(declared, packed ?? Buffer.of())).toStrictEqual(rows.map((row) => row.map(stored)));
    }),
  );
});

test('values with such a character are counted, each once, by their place', () => {
  const rows = [
    ['a\0b\0', 1, 'ok'],
    ['ok', 2, '\ud800'],
    ['\0', 3, '😀'],
  ];
  expect(packRows(['text', 'bigint', 'text'], rows)?.replaced).toEqual(
    new Map([
      [0, 2],
      [2, 1],
    ]),
  );
});

describe('rows are left to JSON', () => {
  test.each([
    ['numeric', 1],
    ['numeric(10,2)', '1.50'],
    ['real', 1.5],
    ['uuid', 'x'],
    ['bigint', '9223372036854775808'],
    ['bigint', 1.5],
    ['integer', 2 ** 31],
    ['smallint', -40_000],
    ['text', 1],
    ['boolean', 'true'],
    ['date', '2026-01-01T00:00:00'],
    ['date', '2026-13-01'],
    ['timestamp without time zone', '2026-01-01'],
  ])('in which a %s is to hold %j', (type, value) => {
    expect(packRows([type], [[null], [value]])).toBeUndefined();
  });
});

test('rows that are cut anywhere are taken as far as they are whole', () => {
  fc.assert(
    fc.property(fc.array(aRow, { minLength: 1, maxLength: 5 }), fc.nat(), (rows, at) => {
      const packed = packRows(declared, rows)?.packed ?? Buffer.of();
      const cut = at % (packed.length + 1);
      const end = endOfRows(packed.subarray(0, cut));
      const whole = [
        ...unpackRows(declared, packed.subarray(0, end)),
        ...unpackRows(declared, packed.subarray(end)),
      ];
      expect(whole).toStrictEqual(rows.map((row) => row.map(stored)));
    }),
  );
});

describe('what COPY is sent', () => {
  const room = 5;
  const read = (chunks: Iterable<Buffer>) =>
    Buffer.concat([...chunks].map((chunk) => chunk.subarray(room))).toString('latin1');
  const field = (value: string) => `\0\0\0${String.fromCharCode(value.length)}${value}`;
  const fixed = { fields: 1, packed: [packFixed(['river']), packFixed(['river'])] };
  const packed = packRows(
    ['text', 'text'],
    [
      ['a', 'b'],
      [null, 'c'],
    ],
  )?.packed as Buffer;
  const head = 'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0';

  test('is each row behind what is the same in all of them', () => {
    const rows = `\0\x03${field('river')}${field('a')}${field('b')}\0\x03${field('river')}\xff\xff\xff\xff${field('c')}`;
    expect(read(toCopyChunks([packed], fixed, [0, 1], room))).toBe(`${head}${rows}\xff\xff`);
  });

  test('is only the values that have a column', () => {
    const rows = `\0\x02${field('river')}${field('b')}\0\x02${field('river')}${field('c')}`;
    expect(read(toCopyChunks([packed], fixed, [1], room))).toBe(`${head}${rows}\xff\xff`);
  });

  test('comes in pieces, of which one holds a row that is larger than a piece', () => {
    const large = packRows(['text'], [['x'.repeat(1_000_000)], ['y']])?.packed as Buffer;
    const chunks = [...toCopyChunks([large, large], fixed, [0], room)];
    expect(chunks.length).toBeGreaterThan(2);
    expect(read(chunks).length).toBe(19 + 2 * (2 * (2 + 9 + 4) + 1_000_001) + 2);
  });
});
