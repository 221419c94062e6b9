import { expect, test } from 'vitest';
import { atOnce, inTurns } from '#optimove/in-turns';

function* steps(count: number): Generator<void, number> {
  for (let at = 0; at < count; at += 1) {
    const until = performance.now() + 6;
    while (performance.now() < until);
    yield;
  }
  return count;
}

test('the event loop has its turns between steps', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  expect(await inTurns(steps(20))).toBe(20);
  clearInterval(timer);
  // After every four of them.
  expect(turns).toBeGreaterThanOrEqual(4);
  expect(atOnce(steps(2))).toBe(2);
});
