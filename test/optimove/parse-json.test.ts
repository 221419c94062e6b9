import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLongNumber, longNumber } from '#domain/column/read-number';
import { findRepeatedKey, parseJson } from '#optimove/parse-json';

describe('numbers that JavaScript would write the same way are numbers', () => {
  test.each([
    ['0', 0],
    ['42', 42],
    ['342.65', 342.65],
    ['-0.5', -0.5],
    ['100', 100],
    ['0.000001', 0.000001],
    ['1.5e-7', 1.5e-7],
    ['1.5e+300', 1.5e300],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['0.30000000000000004', 0.1 + 0.2],
  ])('%s', (source, value) => {
    expect(parseJson(`[{"a": ${source}}]`)).toStrictEqual([{ a: value }]);
  });
});

describe('all others keep the digits that were written', () => {
  test.each([
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '10000000000000000000',
    '123456789012345678901234567890',
    '0.1234567890123456789',
    '1.00000000000000000001',
    '-123456789012345.6789',
    '1e400',
    '-2.5e-400',
    '-0',
    '-0.0',
    '7.0',
    '7.50',
    '-1.10',
    '20260101.0',
    '1e2',
    '1E5',
    '1.5E-7',
    '1.5e300',
    '0.0000001',
    '100000000000000000000.0',
    '0.00000000000000000000',
  ])('%s', (source) => {
    const texts = [
      source,
      ` ${source} `,
      `[${source}]`,
      `[1,${source}]`,
      `["a" , ${source} , 1]`,
      `{"a":${source}}`,
      `{"a":\n\t${source}\n}`,
    ];
    const digits = longNumber(source);
    const values = [digits, digits, [digits], [1, digits], ['a', digits, 1], { a: digits }, { a: digits }];
    expect(texts.map(parseJson)).toStrictEqual(values);
  });
});

test('digits inside strings are left alone', () => {
  const text = '[{"id":"9007199254740993","note":": 9007199254740993, \\"1e400\\"","n":9007199254740993}]';
  expect(parseJson(text)).toStrictEqual([
    { id: '9007199254740993', note: ': 9007199254740993, "1e400"', n: longNumber('9007199254740993') },
  ]);
});

test('whatever digits a number has, they come back', () => {
  const digits = (minLength: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength: 40 }).map((all) => all.join(''));
  const whole = digits(1).map((text) => text.replace(/^0+(?=.)/, ''));
  const few = fc.nat({ max: 9_999 }).map(String);
  const decimal = fc.tuple(fc.oneof(whole, few), fc.oneof(digits(1), few)).map((parts) => parts.join('.'));
  const number = fc
    .tuple(fc.constantFrom('', '-'), fc.oneof(whole, few, decimal), fc.constantFrom('', 'e2', 'E-7', 'e+30'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(number), (sources) => {
      const rows = parseJson(`[${sources.map((source) => `{"v":${source}}`).join(', ')}]`) as {
        v: unknown;
      }[];
      expect(rows.map(({ v }) => (isLongNumber(v) ? v.rawJSON : String(v)))).toStrictEqual(sources);
    }),
  );
});

/** JSON.parse itself shows how each number was written: slow, but without doubt. */
function parseBySource(text: string): unknown {
  type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
  return (JSON.parse as (text: string, reviver: Reviver) => unknown)(text, (_key, value, { source = '' }) => {
    if (typeof value !== 'number') return value;
    const isSame = String(value) === source && (Number.isSafeInteger(value) || !/^-?\d+$/.test(source));
    return isSame ? value : longNumber(source);
  });
}

describe('any text is read as JSON.parse reads it, number by number', () => {
  const number = fc.oneof(
    fc.double().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(17)),
    fc.bigInt().map(String),
    fc.stringMatching(/^-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/),
    fc.stringMatching(/^-?0\.0{0,8}[0-9]{0,3}$/),
    fc.stringMatching(/^[-+.eE0-9]{1,6}$/),
  );
  const string = fc
    .oneof(fc.string(), fc.constantFrom('\u0002', '\u00027.50', '\u0001\u0002', '7.50', '"', '\\', ':7.50,'))
    .map((text) => JSON.stringify(text));
  // JSON.parse confuses keys that are written with escapes where it shows how numbers were written (V8 13.6).
  const key = fc
    .oneof(fc.stringMatching(/^[a-z0-9. ]{0,8}$/), fc.constantFrom('7.50', '__proto__'))
    .map((text) => JSON.stringify(text));
  const space = fc.constantFrom('', ' ', '\n', '\t\r ');
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      number,
      string,
      fc.constantFrom('true', 'null'),
      fc
        .array(fc.tuple(space, tie('value'), space), { maxLength: 5 })
        .map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
      fc
        .array(fc.tuple(key, space, tie('value'), space), { maxLength: 5 })
        .map(
          (fields) =>
            `{${fields.map(([name, before, each, after]) => `${name}:${before}${each}${after}`).join(',')}}`,
        ),
    ),
  }));
  const either = (parse: (text: string) => unknown, text: string): unknown => {
    try {
      return { value: parse(text) };
    } catch {
      return 'no JSON';
    }
  };

  test('a value', () => {
    fc.assert(
      fc.property(value, (text) => {
        expect(either(parseJson, text)).toStrictEqual(either(parseBySource, text));
      }),
      { numRuns: 1_000 },
    );
  });

  test('what is nearly JSON', () => {
    const piece = fc.oneof(number, string, fc.constantFrom('[', ']', '{', '}', ':', ',', ' ', '-', '\u0001'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(either(parseJson, text)).toStrictEqual(either(parseBySource, text));
      }),
      { numRuns: 3_000 },
    );
  });

  test('a body that has the mark itself', () => {
    const text = String.raw`[{"a":7.50,"b":"\u00027.50","\u0002":"\\u0002","c":"\u0001\u00027.50"}]`;
    const read = { a: longNumber('7.50'), b: '\u00027.50', '\u0002': '\\u0002', c: '\u0001\u00027.50' };
    expect(parseJson(text)).toStrictEqual([read]);
  });

  test('a key that objects understand in a way of their own', () => {
    const read = parseJson('[{"__proto__":7.50}]') as object[];
    expect(Object.entries(read[0] ?? {})).toStrictEqual([['__proto__', longNumber('7.50')]]);
  });

  test('a value that is nested deeply', () => {
    const deep = 100_000;
    expect(() => parseJson(`${'['.repeat(deep)}7.50${']'.repeat(deep)}`)).not.toThrow();
  });
});

test('what JSON.stringify writes comes as JSON.parse gives it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(value));
    }),
  );
});

test.each([
  '',
  '[',
  '[1',
  'nothing',
  '[01234567890123456789]',
  '{1234567890123456789:1}',
  '[1.2.34567890123456789]',
])('%j is refused as JSON.parse refuses it', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

describe('bare words that are no JSON', () => {
  test.each([
    ['[NaN,Infinity,-Infinity]', [null, null, null]],
    ['{"a":NaN , "NaN":"NaN, \\"Infinity\\\\"}', { a: null, NaN: 'NaN, "Infinity\\' }],
    ['[9007199254740993,NaN]', [longNumber('9007199254740993'), null]],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toStrictEqual(value);
  });

  test.each(['NaN', '[NaNs]', '[1.NaN]', '[+Infinity]', '[nan]', '[NaN', '{NaN:1}'])(
    '%s stays none',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );

  test('stand for null anywhere but in strings', () => {
    const word = fc.constantFrom('NaN', 'Infinity', '-Infinity');
    const text = fc.oneof(fc.string(), fc.constantFrom('NaN', '"NaN', '\\"', '\\', '[NaN]'));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.option(word))), (pairs) => {
        const body = pairs.map(([key, bare]) => `[${JSON.stringify(key)}, ${bare ?? 1}]`).join(',');
        expect(parseJson(`[${body}]`)).toStrictEqual(
          pairs.map(([key, bare]) => [key, bare === null ? 1 : null]),
        );
      }),
    );
  });

  test('in a long body, beside a string that is full of them and of backslashes', () => {
    const value = parseJson(`["${'NaN \\\\'.repeat(1_000_000)}",${'NaN,'.repeat(200_000)}1]`) as unknown[];
    expect(value).toHaveLength(200_002);
    expect(value[0]).toBe('NaN \\'.repeat(1_000_000));
    expect(new Set(value.slice(1))).toEqual(new Set([null, 1]));
  });
});

test.each([
  ['[{"a":1},{"a":2,"b":{"a":3}}]', undefined],
  ['[{"a":"a","b":["a","a",{"a":1}]}]', undefined],
  ['[{"a":1,"a":1}]', 'a'],
  ['[{"ActionID":1,"b":[{}],"actionid" \n : 2}]', 'actionid'],
  ['[{"\\u0061":1,"a":2}]', 'a'],
  ['{"x":{"y":{"z":1,"z":2}}}', 'z'],
])('%s: %s', (json, key) => {
  expect(findRepeatedKey(json)).toBe(key);
});

test('what JSON.stringify writes names no key twice, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value, (_key, part: unknown) =>
        typeof part === 'object' && part !== null && !Array.isArray(part)
          ? Object.fromEntries(Object.entries(part).map(([key, each], at) => [`${at} ${key}`, each]))
          : part,
      );
      expect(findRepeatedKey(json)).toBeUndefined();
    }),
  );
});
