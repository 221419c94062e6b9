import { expect, test } from 'vitest';
import { drawRun } from '#cli/live-view';
import { inLocalTime, localTime } from '#cli/local-time';
import type { RunView } from '#control/run-in-temporal';
import type { RunProgress } from '#domain/run/progress';

const now = new Date('2026-01-31T22:30:00Z');

test('times are told in the zone of the person, with the day where it is another', () => {
  expect(localTime('2026-01-31T22:45:00Z', now, 'Europe/London')).toBe('22:45:00 GMT');
  expect(localTime('2026-01-31T23:45:00.500Z', now, 'Europe/Berlin')).toBe('2026-02-01 00:45:00 CET');
  expect(inLocalTime('Waiting for quota until 2026-01-31 22:45:00 UTC.', now, 'Asia/Kolkata')).toBe(
    'Waiting for quota until 04:15:00 GMT+5:30.',
  );
  expect(inLocalTime('It begins at 2026-02-02 10:00:00 UTC, not before.', now, 'UTC')).toBe(
    'It begins at 2026-02-02 10:00:00 UTC, not before.',
  );
});

const progress: RunProgress = {
  river: 'details',
  state: 'pulling',
  sentence: '',
  chunks: { total: 8, loaded: 3, failed: 1 },
  rows: 1200,
  calls: 40,
  plannedCalls: 80,
  waits: [{ on: 'quota', slices: 2, until: '2026-01-31T22:45:00.000Z', isTried: false }],
  waitingUntil: '2026-01-31T22:45:00.000Z',
  expectedEnd: '2026-02-01T00:10:00.000Z',
  windows: [
    { calls: 2000, perSeconds: 3600, used: 2000, free: 0 },
    { calls: 50, perSeconds: 10, used: 5, free: 45 },
  ],
  recent: [],
};

const draw = (view: Partial<RunView>, columns = 80, river = 'details') =>
  drawRun(
    { progress, retried: [], sentence: '', ...view },
    {
      river,
      workflowId: 'run-1',
      lastWarning: { start: '2026-01-05', end: '2026-01-05', message: 'Zoë 東京: 600 rows kept.' },
    },
    columns,
    now,
    'Europe/Berlin',
  );

test('a run under way is drawn in a few lines: chunks, rows, calls, windows, what it waits for, end, last warning', () => {
  expect(draw({})).toEqual([
    'details · run run-1',
    'chunks   ██████████░░░░░░░░░░ 3 of 8 loaded, 1 failed',
    'rows     1200',
    'calls    40 of 80',
    'budget   ████████████████████ 2000 of 2000 calls used in 1h',
    '         ██░░░░░░░░░░░░░░░░░░ 5 of 50 calls used in 10s',
    'now      Waiting for quota until 23:45:00 CET.',
    'end      not before 2026-02-01 01:10:00 CET',
    'warning  2026-01-05: Zoë 東京: 600 rows kept.',
  ]);
});

test('a window in which more calls are counted than it allows is a full bar', () => {
  const windows = [{ calls: 50, perSeconds: 10, used: 75, free: 0 }];
  expect(draw({ progress: { ...progress, windows } })).toContain(
    'budget   ████████████████████ 75 of 50 calls used in 10s',
  );
});

test('no line is wider than the terminal, whatever its characters, and nothing is cut off', () => {
  const lines = draw({}, 20, '東京東京東京東京東京');
  expect(lines.slice(0, 2)).toEqual(['東京東京東京東京東京', '· run run-1']);
  expect(draw({}, 19, '東京東京東京東京東京').slice(0, 2)).toEqual(['東京東京東京東京東', '京 · run run-1']);
  expect(lines.slice(-4)).toEqual([
    'warning  2026-01-05:',
    '         Zoë 東京:',
    '         600 rows',
    '         kept.',
  ]);
});

test('what ends a wait is seen on a narrow terminal', () => {
  const waits = [
    {
      on: 'connection',
      reason: 'connection reset',
      since: '2026-01-31T21:00:00.000Z',
      tries: 8,
      nextAt: '2026-01-31T22:45:00.000Z',
      slices: 2,
      isOutage: true,
      until: '2026-01-31T22:45:00.000Z',
      isTried: false,
    },
  ] as const;
  expect(draw({ progress: { ...progress, waits } }, 60)).toEqual(
    expect.arrayContaining([
      'now      Optimove has not answered since 22:00:00 CET',
      '         (connection reset), try 8, next at 23:45:00 CET.',
    ]),
  );
});

test('a run that no worker answers for says so', () => {
  const [, said] = drawRun(
    { progress: undefined, retried: [], noWorkerSince: null, sentence: 'No worker has reported.' },
    { river: 'details', workflowId: 'run-1' },
    80,
    now,
  );
  expect(said).toBe('now      No worker has reported.');
});
