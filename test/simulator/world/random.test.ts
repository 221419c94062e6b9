import { expect, it } from 'vitest';
import { createRandom } from '#simulator/world/random';

it('the same seed and question give the same number, another seed another', () => {
  expect(createRandom(1).hash('rows', 12, 3)).toBe(createRandom('1').hash('rows', 12, 3));
  expect(createRandom(1).hash('rows', 12, 3)).not.toBe(createRandom(2).hash('rows', 12, 3));
  expect(createRandom(1).hash('rows', 12, 3)).not.toBe(createRandom(1).hash('rows', 3, 12));
});

it('numbers are spread evenly over a range, both ends included', () => {
  const random = createRandom(1);
  const counts = [0, 0, 0, 0, 0];
  for (let at = 0; at < 10_000; at++) {
    const number = random.between([3, 7], 'spread', at);
    counts[number - 3] = (counts[number - 3] ?? 0) + 1;
  }
  expect(counts.reduce((sum, count) => sum + count)).toBe(10_000);
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(250);
});

it('a share is from 0 up to 1', () => {
  const random = createRandom(1);
  const shares = Array.from({ length: 1000 }, (_, at) => random.share(at));
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...shares)).toBeLessThan(1);
});

it('nothing can be picked from an empty list', () => {
  expect(() => createRandom(1).pick([], 'x')).toThrow(RangeError);
});
