import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/optimove/retry-after.ts';

const now = Date.parse('2026-01-05T10:00:00Z');

test.each([
  ['7', 7_000],
  [' 120 ', 120_000],
  ['Mon, 05 Jan 2026 10:00:30 GMT', 30_000],
  ['Mon, 05 Jan 2026 09:59:30 GMT', undefined],
  ['Mon, 05 Jan 2026 10:00:00 GMT', undefined],
  ['0', undefined],
  ['-3', undefined],
  ['1.5', undefined],
  ['soon 3', undefined],
  ['2026', 2_026_000],
  ['12345678901', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j asks for %s ms', (header, ms) => {
  expect(retryAfterMs(header === undefined ? {} : { 'retry-after': header }, now)).toBe(ms);
});

test('a date is counted from the clock of whoever wrote it', () => {
  const headers = { 'retry-after': 'Tue, 06 Jan 2026 00:00:09 GMT', date: 'Tue, 06 Jan 2026 00:00:00 GMT' };
  expect(retryAfterMs(headers, now)).toBe(9_000);
});
