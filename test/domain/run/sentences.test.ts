import { describe, expect, test } from 'vitest';
import type { CallCounts, RunResult } from '#domain/run/run-result';
import {
  behindSentence,
  callsSentence,
  endSentence,
  errorSentence,
  groupByError,
  repairSentence,
  retriedSentence,
  runSentence,
} from '#domain/run/sentences';
import { stateCases } from './state-cases.ts';

describe('of a run it is said', () => {
  test.each(stateCases)('where $state: $said', ({ known, said }) => {
    const nothing = { state: 'pulling', waits: [], waitingUntil: null, expectedEnd: null } as const;
    expect(runSentence({ ...nothing, ...known })).toBe(said);
  });
});

const aResult = (changes: Partial<RunResult> = {}) => ({
  river: 'daily',
  workflowId: 'daily-1',
  retryOf: null,
  status: 'failed' as const,
  period: { start: '2026-01-01', end: '2026-01-08' },
  chunks: { total: 8, loaded: 5, failed: 3, skipped: 0 },
  failedChunks: [],
  ...changes,
});

describe('of one that has ended', () => {
  const unopened = aResult({ chunks: null });
  test.each([
    [aResult(), null, 'Failed: 5 of 8 chunks loaded, 3 failed.', 'Repair it: river retry daily-1'],
    [
      aResult({ status: 'cancelled', chunks: { total: 8, loaded: 5, failed: 0, skipped: 0 } }),
      null,
      'Cancelled: 5 of 8 chunks loaded.',
      'Repair it: river retry daily-1',
    ],
    // The filters that are stored with the run would be refused again.
    [
      aResult({
        chunks: { total: 8, loaded: 0, failed: 8, skipped: 0 },
        failedChunks: [
          { start: '2026-01-01', end: '2026-01-01', error: 'ConfigurationError: filters.actions[0]: no' },
        ],
      }),
      null,
      'Failed: 0 of 8 chunks loaded, 8 failed.',
      'Correct the filters, then: river run daily --start 2026-01-01 --end 2026-01-08',
    ],
    // A retry has loaded all of it since.
    [
      aResult({ chunks: { total: 1, loaded: 1, failed: 0, skipped: 0 } }),
      null,
      'Failed: 1 of 1 chunk loaded.',
      '',
    ],
    [
      aResult({ status: 'succeeded', chunks: { total: 0, loaded: 0, failed: 0, skipped: 0 } }),
      null,
      'Succeeded: there was nothing to load.',
      '',
    ],
    [
      unopened,
      'DatabaseError: no',
      'Failed before it was opened: DatabaseError: no',
      'Repair it: river run daily',
    ],
    // Started anew it would be refused again.
    [
      unopened,
      'ConfigurationError: input river: no',
      'Failed before it was opened: ConfigurationError: input river: no',
      '',
    ],
    [aResult({ status: 'cancelled', chunks: null }), null, 'Cancelled before it was opened.', ''],
  ])('%o, %s', (result, error, said, repair) => {
    expect(endSentence(result, error)).toBe(said);
    expect(repairSentence(result, error)).toBe(repair);
  });

  test('who has retried it is named', () => {
    const { chunks } = aResult();
    const whole = { total: 8, loaded: 7, failed: 0, skipped: 1 };
    const retries = [
      { workflowId: 'a', status: 'failed' },
      { workflowId: 'b', status: 'succeeded' },
    ] as const;
    expect(retriedSentence(retries, whole)).toBe('Completed by the retry b.');
    expect(retriedSentence(retries.slice(0, 1), chunks)).toBe('Retried by a, which has failed.');
    expect(retriedSentence([{ workflowId: 'c', status: 'cancelled' }], chunks)).toBe(
      'Retried by c, which was cancelled.',
    );
    expect(retriedSentence([{ workflowId: 'c', status: 'running' }], chunks)).toBe(
      'Retried by c, which is under way.',
    );
    expect(retriedSentence([], chunks)).toBe('');
    expect(behindSentence(2, 'a')).toBe('2 starts of its schedule: waiting behind run a.');
  });
});

test('numbers explain themselves', () => {
  const counts = (changes: Partial<CallCounts>): CallCounts => ({
    planned: 160,
    made: 162,
    throttled: 0,
    failed: 0,
    lost: 0,
    unanswered: 0,
    lists: 0,
    furtherPages: 0,
    ...changes,
  });
  expect(callsSentence(162, counts({ throttled: 2 }))).toBe('162 of 160 calls: 2 were repeated after 429');
  expect(callsSentence(162, counts({ failed: 1, lists: 1 }))).toBe(
    '162 of 160 calls: 1 for lists, 1 was repeated after a failure',
  );
  expect(callsSentence(161, counts({ made: 161, lost: 1 }))).toBe(
    '161 of 160 calls: 1 was repeated because the warehouse could not be written to',
  );
  expect(callsSentence(170, counts({ furtherPages: 2 }))).toBe(
    '170 of 160 calls: 2 for further pages, 8 by retries',
  );
  expect(callsSentence(160, counts({ made: 160 }))).toBe('160 calls');
  expect(callsSentence(1, counts({ planned: null, made: 1 }))).toBe('1 call');
  expect(callsSentence(1, counts({ planned: null, made: 1, unanswered: 1 }))).toBe(
    '1 call: 1 was not answered',
  );
  expect(callsSentence(12, null)).toBe('12 calls');
});

test('what has failed all chunks is said once', () => {
  const failed = ['a', 'b', 'a'].map((error, at) => ({
    start: `2026-01-0${at + 1}`,
    end: `2026-01-0${at + 1}`,
    error,
  }));
  expect(groupByError(failed).map(errorSentence)).toEqual([
    'not loaded 2026-01-01/2026-01-01 and 1 more chunk: a',
    'not loaded 2026-01-02/2026-01-02: b',
  ]);
});
