import { expect, test } from 'vitest';
import { chunkText, chunkWithoutDays, createChunk, parseChunkKey } from '#domain/chunk/chunk';

test("a chunk's key is its first and last day", () => {
  expect(createChunk('2026-01-01', '2026-01-04')).toEqual({
    key: '2026-01-01/2026-01-04',
    start: '2026-01-01',
    end: '2026-01-04',
  });
});

test.each([createChunk('2026-01-01', '2026-01-04'), chunkWithoutDays])(
  'the key $key names its chunk',
  (chunk) => {
    expect(parseChunkKey(chunk.key)).toEqual(chunk);
  },
);

test.each(['', '2026-01-01', '2026-01-01/', '/2026-01-01', 'a/b/c'])('"%s" is no key', (key) => {
  expect(() => parseChunkKey(key)).toThrow(RangeError);
});

test.each([
  ['2026-01-01/2026-01-03', '2026-01-01 to 2026-01-03'],
  ['2026-01-10/2026-01-10', '2026-01-10'],
  ['-', 'the report'],
])('%s is read as %s', (key, text) => {
  expect(chunkText(key)).toBe(text);
});
