import { expect, test } from 'vitest';
import { chunkOfDays, chunkOfKey, chunkWithoutDays } from '#domain/chunk/chunk';

test("a chunk's key is its first and last day", () => {
  expect(chunkOfDays('2026-01-01', '2026-01-04')).toEqual({
    key: '2026-01-01/2026-01-04',
    start: '2026-01-01',
    end: '2026-01-04',
  });
});

test.each([chunkOfDays('2026-01-01', '2026-01-04'), chunkWithoutDays])(
  'the key $key names its chunk',
  (chunk) => {
    expect(chunkOfKey(chunk.key)).toEqual(chunk);
  },
);

test.each(['', '2026-01-01', '2026-01-01/', '/2026-01-01', 'a/b/c'])('"%s" is no key', (key) => {
  expect(() => chunkOfKey(key)).toThrow(RangeError);
});
