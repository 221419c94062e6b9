import { expect, test } from 'vitest';
import { resolveSnapshotDay } from '#domain/run/plan-run';
import { aStoredRun } from '../../helpers/a-stored-run.ts';

const at = (time: string) => new Date(`2026-01-${time}Z`);

test('is the run’s day until midnight, and one day later for each midnight since the run began', () => {
  const run = aStoredRun({ day: '2026-01-10', startedAt: '2026-01-10T22:50:00.000Z' });
  expect(resolveSnapshotDay(run, at('10T23:59:59'))).toBe('2026-01-10');
  expect(resolveSnapshotDay(run, at('11T00:00:00'))).toBe('2026-01-11');
  expect(resolveSnapshotDay(run, at('13T06:00:00'))).toBe('2026-01-13');
  // A clock that goes back dates nothing back.
  expect(resolveSnapshotDay(run, at('09T06:00:00'))).toBe('2026-01-10');
});

test('counts the midnights of the river’s zone', () => {
  const { river, ...rest } = aStoredRun({ day: '2026-01-11', startedAt: '2026-01-10T22:50:00.000Z' });
  const run = { ...rest, river: { ...river, period: { start: '2026-01-01', utcOffset: '+02:00' } } };
  expect(resolveSnapshotDay(run as typeof rest & { river: typeof river }, at('11T00:00:00'))).toBe(
    '2026-01-11',
  );
  expect(resolveSnapshotDay(run as typeof rest & { river: typeof river }, at('11T22:00:00'))).toBe(
    '2026-01-12',
  );
});

test('counts from the day for which a schedule started the run', () => {
  const run = aStoredRun({ day: '2026-01-05', startedAt: '2026-01-10T22:50:00.000Z' });
  expect(resolveSnapshotDay(run, at('10T23:00:00'))).toBe('2026-01-05');
  expect(resolveSnapshotDay(run, at('11T01:00:00'))).toBe('2026-01-06');
});
