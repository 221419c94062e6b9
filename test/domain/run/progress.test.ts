import { expect, test } from 'vitest';
import { progressAt, type RunProgress } from '#domain/run/progress';

const progress = { river: 'a', expectedEnd: '2026-01-01T10:00:00.000Z' } as RunProgress;

test.each([
  ['2026-01-01T09:59:00.000Z', '2026-01-01T10:00:00.000Z'],
  ['2026-01-01T10:07:00.000Z', '2026-01-01T10:07:00.000Z'],
])('read at %s, the end is expected at %s: never in the past', (now, expectedEnd) => {
  expect(progressAt(progress, Date.parse(now))).toEqual({ ...progress, expectedEnd });
});

test('where none is expected there is none', () => {
  const none = { ...progress, expectedEnd: null };
  expect(progressAt(none, Date.now())).toBe(none);
});
