import { expect, test } from 'vitest';
import { readRetryAfter } from '#optimove/reply';

const now = Date.parse('2026-01-05T10:00:00Z');

test.each([
  ['7', 7_000],
  [' 120 ', 120_000],
  ['Mon, 05 Jan 2026 10:00:30 GMT', 30_000],
  ['Mon, 05 Jan 2026 09:59:30 GMT', undefined],
  ['Mon, 05 Jan 2026 10:00:00 GMT', undefined],
  ['Monday, 05-Jan-26 10:00:30 GMT', 30_000],
  ['Mon Jan  5 10:00:30 2026', 30_000],
  ['0', undefined],
  ['-3', undefined],
  ['1.5', undefined],
  ['soon 3', undefined],
  ['2026', 2_026_000],
  ['3600000', 3_600_000_000],
  ['12345678901', 12_345_678_901_000],
  ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ['Wed, 5 Jan 2027 10:00:00 GMT', 365 * 86_400_000],
  ['2027-01-05T10:00:00Z', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j asks for %s ms', (header, ms) => {
  expect(readRetryAfter(header === undefined ? {} : { 'retry-after': header }, now)).toBe(ms);
});

test('a date is counted from the clock of whoever wrote it', () => {
  const headers = { 'retry-after': 'Tue, 06 Jan 2026 00:00:09 GMT', date: 'Tue, 06 Jan 2026 00:00:00 GMT' };
  expect(readRetryAfter(headers, now)).toBe(9_000);
});
