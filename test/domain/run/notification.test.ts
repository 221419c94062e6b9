import { describe, expect, it } from 'vitest';
import { buildNotification, selectEvent, slackText } from '#domain/run/notification';
import type { RunResult } from '#domain/run/run-result';

const all = ['failed', 'recovered', 'warned', 'succeeded'] as const;
const kept = (message = 'kept') => ({ start: null, end: null, message, about: 'data' as const });
const provisional = { start: null, end: null, message: 'provisional' };

const result = (changes: Partial<RunResult>): RunResult => ({
  river: 'daily',
  workflowId: 'daily-1',
  runId: 'r',
  retryOf: null,
  status: 'failed',
  period: { start: '2026-01-01', end: '2026-01-08' },
  chunks: { total: 9, loaded: 3, failed: 6, skipped: 0 },
  rows: 12,
  calls: 9,
  failedChunks: [1, 2, 3, 4, 5, 6].map((day) => ({
    start: `2026-01-0${day}`,
    end: `2026-01-0${day}`,
    error: day < 4 ? 'no <x> & y' : `other ${day}`,
  })),
  warnings: [],
  startedAt: null,
  finishedAt: null,
  callCounts: null,
  ...changes,
});

describe('of a run that', () => {
  it.each([
    ['failed', false, [kept()], all, 'failed'],
    ['failed', false, [], ['succeeded'], undefined],
    ['succeeded', true, [], all, 'recovered'],
    ['succeeded', true, [], ['succeeded'], 'succeeded'],
    ['succeeded', false, [], ['failed', 'recovered', 'warned'], undefined],
    ['succeeded', false, [provisional], ['failed', 'recovered', 'warned'], undefined],
    ['succeeded', false, [provisional, kept()], all, 'warned'],
    ['succeeded', false, [kept()], ['failed', 'succeeded'], 'succeeded'],
    ['succeeded', true, [kept()], ['succeeded', 'warned', 'recovered'], 'recovered'],
    ['succeeded', true, [kept()], ['warned'], 'warned'],
    ['cancelled', false, [kept()], all, undefined],
  ] as const)(
    '%s (recovered: %s, warnings: %j) those who ask for %j hear %s',
    (status, recovered, warnings, on, event) => {
      expect(selectEvent({ status, warnings }, recovered, on)).toBe(event);
    },
  );
});

it('a failed run is told with the command that repairs it, as a shell takes it', () => {
  expect(buildNotification('failed', result({}))).toMatchObject({
    event: 'failed',
    repair: 'river retry daily-1',
    chunks: { failed: 6 },
  });
  expect(buildNotification('failed', result({ workflowId: "it's $(x)" })).repair).toBe(
    `river retry 'it'\\''s $(x)'`,
  );
  expect(buildNotification('succeeded', result({ status: 'succeeded' })).repair).toBeNull();
});

it('Slack gets a text in which nothing from outside is markup', () => {
  expect(slackText('failed', result({})).split('\n')).toEqual([
    '*daily failed* (run daily-1)',
    '3 of 9 chunks loaded, 6 failed · 12 rows · 9 calls · 2026-01-01 to 2026-01-08',
    '• not loaded 2026-01-01/2026-01-01 and 2 more chunks: no &lt;x&gt; &amp; y',
    '• not loaded 2026-01-04/2026-01-04: other 4',
    '• not loaded 2026-01-05/2026-01-05: other 5',
    '• and 1 more',
    'Repair it: `river retry daily-1`',
  ]);
});

it('warnings about data are told whatever else is told, the first of them, and others are not', () => {
  const warnings = [provisional, ...['a < b', 'c', 'd', 'e', 'f'].map((message) => kept(message))];
  const warned = result({ status: 'succeeded', failedChunks: [], warnings });
  const told = (event: 'warned' | 'recovered') => slackText(event, warned).split('\n');
  expect(told('warned')[0]).toBe('*daily succeeded with warnings about its data* (run daily-1)');
  const lines = ['• warning: a &lt; b', '• warning: c', '• warning: d', '• and 2 more warnings'];
  expect(told('warned').slice(-4)).toEqual(lines);
  expect(told('recovered').slice(-4)).toEqual(lines);
  expect(buildNotification('warned', warned)).toMatchObject({ event: 'warned', warnings, repair: null });
});
