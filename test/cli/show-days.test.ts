import { expect, test } from 'vitest';
import { showDays } from '#cli/show-days';
import type { CoveredDay, DayState } from '#domain/run/coverage';

const day = (of: string, state: DayState, error: string | null = null): CoveredDay => ({
  day: of,
  state,
  rows: state === 'loaded' ? 3 : null,
  loadedAt: null,
  runId: null,
  workflowId: error === null ? null : 'run-1',
  error,
});

const calendar = (days: readonly CoveredDay[]) =>
  showDays({ river: 'details', warehouse: 'prod', table: 'details', days });

test('a calendar has a line for each month, a character for each day, and says what they mean', () => {
  const days = [
    day('2025-12-30', 'loaded'),
    day('2025-12-31', 'emptied'),
    day('2026-02-01', 'failed', 'ReportRefusedError: 400'),
    day('2026-02-02', 'failed', 'ReportRefusedError: 400'),
    day('2026-02-03', 'missing'),
    day('2026-02-04', 'forgotten'),
    day('2026-02-05', 'pending'),
    day('2026-02-28', 'provisional'),
  ];
  expect(calendar(days).split('\n')).toEqual([
    'details in prod.details: 1 loaded, 1 provisional, 1 emptied, 2 failed, 1 not loaded yet, 1 missing, 1 forgotten',
    '',
    '         1        10        20        30',
    '2025-12  ·····························█0',
    '2026-01  ·······························',
    '2026-02  xx?-~······················▒',
    '',
    '█  loaded',
    '▒  loaded, provisional: the next run loads it again',
    '0  emptied: the API no longer returns its rows',
    'x  failed: not loaded',
    '~  not loaded yet: a run is under way',
    '?  missing: not loaded',
    '-  forgotten: taken out with river forget',
    '2026-02-01 and 1 more: ReportRefusedError: 400 (run run-1)',
  ]);
});

test('only what the calendar shows is explained', () => {
  expect(
    calendar([day('2026-01-01', 'loaded')])
      .split('\n')
      .slice(-2),
  ).toEqual(['', '█  loaded']);
});

test('a river without days says so in a line', () => {
  expect(calendar([])).toBe('details in prod.details: nothing loaded yet.');
});
