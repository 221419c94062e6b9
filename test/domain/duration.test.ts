import { expect, test } from 'vitest';
import { durationMs } from '#domain/duration';
import { Duration } from '#domain/river/accepted';

test.each([
  ['0', 0],
  ['15s', 15_000],
  ['10m', 600_000],
  ['6h', 21_600_000],
  ['2d', 172_800_000],
  ['1.5h', 5_400_000],
])('%s is %i ms', (text, ms) => {
  expect(Duration.safeParse(text).success).toBe(true);
  expect(durationMs(text)).toBe(ms);
});

test.each(['', '5', '-5s', '5 s', '5w', '5S', 's', '1e3s', '367d', '99999999999999s', '0.0001s'])(
  '"%s" is no duration',
  (text) => {
    expect(Duration.safeParse(text).success).toBe(false);
  },
);

test('what is no duration cannot be turned into milliseconds', () => {
  expect(() => durationMs('5')).toThrow(RangeError);
});
