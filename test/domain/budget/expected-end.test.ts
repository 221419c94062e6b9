import { expect, test } from 'vitest';
import { expectedSeconds } from '../../../src/domain/budget/expected-end.ts';

const hour = { calls: 2000, perSeconds: 3600, used: 0, free: 2000 };
const burst = { calls: 50, perSeconds: 10, used: 0, free: 50 };

test.each([
  [0, [hour, burst], 0],
  [50, [hour, burst], 0],
  [51, [hour, burst], 10],
  [2000, [hour, burst], 390],
  [2001, [hour, burst], 3600],
  [10, [{ ...hour, used: 1995, free: 5 }], 3600],
  [5, [], 0],
])('%i calls are sent within so many seconds', (calls, windows, seconds) => {
  expect(expectedSeconds(calls, windows)).toBe(seconds);
});
