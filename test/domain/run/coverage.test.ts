import { describe, expect, test } from 'vitest';
import { type CoverageFacts, countDayStates, coverageText, coverDays, groupDays } from '#domain/run/coverage';

const between = { start: '2026-01-01', end: '2026-01-31' };
const nothing: CoverageFacts = { standing: [], forgotten: [], requested: [], emptied: [] };
const standing = (day: string, rows = 5, loadedAt = `${day}T06:00:00.000Z`, provisional = false) => ({
  day,
  rows,
  provisional,
  runId: 'run-1',
  loadedAt,
});
const asked = (
  start: string,
  end: string,
  state: 'failed' | 'pending' | 'missing',
  error: string | null = null,
) => ({
  start,
  end,
  state,
  workflowId: 'w',
  error,
});
const states = (facts: Partial<CoverageFacts>) =>
  Object.fromEntries(
    coverDays({ ...nothing, ...facts }, between).map(({ day, state }) => [day.slice(8), state]),
  );

describe('the state of a day', () => {
  test('is that of its rows where it stands in the table, whatever runs have asked for since', () => {
    expect(
      states({
        standing: [
          standing('2026-01-02'),
          standing('2026-01-03', 0),
          standing('2026-01-04', 1, undefined, true),
        ],
        requested: [asked('2026-01-01', '2026-01-05', 'failed')],
      }),
    ).toEqual({ '01': 'failed', '02': 'loaded', '03': 'loaded', '04': 'provisional', '05': 'failed' });
  });

  test('is what the newest run has made of it where it does not stand there', () => {
    expect(
      states({
        requested: [
          asked('2026-01-01', '2026-01-03', 'missing'),
          asked('2026-01-02', '2026-01-03', 'failed', 'why'),
          asked('2026-01-03', '2026-01-03', 'pending'),
        ],
      }),
    ).toEqual({ '01': 'missing', '02': 'failed', '03': 'pending' });
  });

  test('is forgotten until it is loaded again', () => {
    const requested = [asked('2026-01-01', '2026-01-02', 'missing')];
    const forgotten = ['2026-01-01', '2026-01-02'];
    expect(states({ requested, forgotten, standing: [standing('2026-01-02')] })).toEqual({
      '01': 'forgotten',
      '02': 'loaded',
    });
  });

  test('is emptied where the API no longer returned its rows, until a later load brings some', () => {
    const at = '2026-01-20T06:00:00.000Z';
    const kept = { start: '2026-01-01', end: '2026-01-03', emptied: 'kept' as const, at };
    const deleted = { start: '2026-01-05', end: '2026-01-07', emptied: 'deleted' as const, at };
    expect(
      states({
        emptied: [kept, deleted],
        standing: [
          standing('2026-01-01'),
          standing('2026-01-02', 5, at),
          standing('2026-01-04'),
          standing('2026-01-05', 0, at),
          standing('2026-01-06', 3, '2026-01-21T06:00:00.000Z'),
          standing('2026-01-07', 0, '2026-01-21T06:00:00.000Z'),
        ],
      }),
    ).toEqual({
      '01': 'emptied',
      '02': 'loaded',
      '04': 'loaded',
      '05': 'emptied',
      '06': 'loaded',
      '07': 'loaded',
    });
  });

  test('is told only of days between the two, in order', () => {
    const days = coverDays(
      {
        ...nothing,
        standing: [standing('2026-02-01'), standing('2026-01-31'), standing('2026-01-30')],
        requested: [asked('2025-12-01', '2026-01-01', 'failed')],
      },
      between,
    );
    expect(days.map(({ day }) => day)).toEqual(['2026-01-01', '2026-01-30', '2026-01-31']);
  });
});

test('neighbouring days in the same state are one line, and the counts are said in words', () => {
  const days = coverDays(
    {
      ...nothing,
      standing: ['2026-01-01', '2026-01-02', '2026-01-04'].map((day) => standing(day)),
      requested: [asked('2026-01-05', '2026-01-05', 'failed')],
    },
    between,
  );
  expect(groupDays(days)).toEqual([
    { start: '2026-01-01', end: '2026-01-02', state: 'loaded', days: 2, rows: 10 },
    { start: '2026-01-04', end: '2026-01-04', state: 'loaded', days: 1, rows: 5 },
    { start: '2026-01-05', end: '2026-01-05', state: 'failed', days: 1, rows: 0 },
  ]);
  expect(countDayStates(days)).toMatchObject({ loaded: 3, failed: 1, missing: 0 });
  expect(coverageText(days)).toBe('3 loaded, 1 failed');
  expect(coverageText([])).toBe('nothing loaded yet');
});
