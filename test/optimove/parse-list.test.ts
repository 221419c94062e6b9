import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '#optimove/parse-json';
import { parseList } from '#optimove/parse-list';

/** Values as a server may write them, of which some are no JSON. */
const scalar = fc.oneof(
  fc.constantFrom(
    '7.50',
    '1e2',
    '-0',
    '12345678901234567.5',
    'null',
    'NaN',
    '-Infinity',
    '12.',
    '{',
    '}',
    ']',
    '',
  ),
  fc
    .string({ unit: fc.constantFrom('"', '\\', '}', ']', ',', '{', '[', 'N', 'ü', '1') })
    .map((text) => JSON.stringify(text)),
);
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { withCrossShrink: true, maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
    fc
      .array(tie('value'), { maxLength: 3 })
      .map((items) => `{${items.map((item, at) => `"${at}":${item}`).join(',\n')}}`),
  ),
}));
const text = fc
  .tuple(
    fc.constantFrom('', ' \n', '\uFEFF', '{'),
    fc.array(value),
    fc.constantFrom(',', ' ,\t', ',,'),
    fc.constantFrom(']', '] \n', '', ']]', ',]'),
  )
  .map(([before, items, comma, after]) => `${before}[${items.join(comma)}${after}`);

const inPieces = (json: string, size: number): string[] => json.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];

const attempt = (read: () => unknown) => {
  try {
    return { value: read() };
  } catch {
    return 'no JSON';
  }
};

test('the parts of a list are what the whole is, wherever it is cut; what is no JSON as a whole is none in parts', () => {
  const seen = { 'no JSON': 0, lists: 0 };
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 30 }),
      (json, length, size) => {
        const whole = attempt(() => parseJson(json));
        const parts = attempt(() => [...parseList(inPieces(json, size), length)].flat());
        seen[whole === 'no JSON' ? 'no JSON' : 'lists'] += 1;
        expect(parts).toStrictEqual(whole);
      },
    ),
    { numRuns: 5_000 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
});

test.each(['', ' ', 'null', '"a"', '{"a":[1]}', '7', '[1', '[1]2', '[,1]', '[1,]', '[1,,2]', ']'])(
  '%j is no list',
  (json) => {
    expect(() => [...parseList([json], 0)]).toThrow(SyntaxError);
  },
);

test('a list is cut behind the row with which a part is long enough, never inside of one', () => {
  const rows = [{ a: 1 }, { b: 2 }, { c: 3 }];
  const json = '[{"a":1} ,{"b":2}\n,{"c":3}]';
  expect([...parseList([json], 1)]).toStrictEqual(rows.map((row) => [row]));
  expect([...parseList([json], 10)]).toStrictEqual([rows.slice(0, 2), rows.slice(2)]);
  expect([...parseList(['[{"a":"},{"},{"b":[{},{}]}]'], 1)].flat()).toStrictEqual([
    { a: '},{' },
    { b: [{}, {}] },
  ]);
  expect([...parseList([' ', '[ ', '] '])]).toStrictEqual([[]]);
});

test('a text in which a part seems to end again and again is read in a time that its length allows', () => {
  const deep = `[{"a":[${'{},'.repeat(200_000)}{}]},{"b":"${'},'.repeat(200_000)}"}`;
  expect([...parseList(inPieces(`${deep}]`, 10_000), 0)].flat()).toHaveLength(2);
  expect(() => [...parseList(inPieces(`${deep}}]`, 10_000), 0)]).toThrow(SyntaxError);
});
