import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeatedKey } from '#optimove/repeated-key';

test.each([
  ['[{"a":1},{"a":2,"b":{"a":3}}]', undefined],
  ['[{"a":"a","b":["a","a",{"a":1}]}]', undefined],
  ['[{"a":1,"a":1}]', 'a'],
  ['[{"ActionID":1,"b":[{}],"actionid" \n : 2}]', 'actionid'],
  ['[{"\\u0061":1,"a":2}]', 'a'],
  ['{"x":{"y":{"z":1,"z":2}}}', 'z'],
])('%s: %s', (json, key) => {
  expect(repeatedKey(json)).toBe(key);
});

test('what JSON.stringify writes names no key twice, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value, (_key, part: unknown) =>
        typeof part === 'object' && part !== null && !Array.isArray(part)
          ? Object.fromEntries(Object.entries(part).map(([key, each], at) => [`${at} ${key}`, each]))
          : part,
      );
      expect(repeatedKey(json)).toBeUndefined();
    }),
  );
});
