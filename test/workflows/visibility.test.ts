import { expect, test } from 'vitest';
import type { ChunkProgress, RunProgress } from '#domain/run/progress';
import { runDetails } from '#workflows/visibility';

const aChunk = (changes: Partial<ChunkProgress> = {}): ChunkProgress => ({
  chunk: '2026-01-01/2026-01-04',
  state: 'pulling',
  rows: 120,
  calls: 40,
  attempts: 1,
  slicesPulled: 4,
  slices: 10,
  error: null,
  ...changes,
});

const aProgress = (changes: Partial<RunProgress> = {}): RunProgress => ({
  river: 'r',
  state: 'pulling',
  sentence: 'Pulling 2026-01-01 to 2026-01-04.',
  waits: [],
  chunks: { total: 3, loaded: 1, failed: 0 },
  rows: 320,
  calls: 120,
  plannedCalls: 240,
  waitingUntil: null,
  expectedEnd: null,
  windows: [{ calls: 2000, perSeconds: 3600, used: 120, free: 1880 }],
  recent: [aChunk()],
  ...changes,
});

test('a person reads how far the run is, what is left to call, and each chunk on a line of its own', () => {
  expect(runDetails(aProgress()).split('\n')).toEqual([
    'Pulling 2026-01-01 to 2026-01-04.',
    '',
    '**1 of 3 chunks loaded** · 320 rows · 120 of 240 planned calls done',
    '',
    '1880 of 2000 calls left in the window of 3600 s.',
    '',
    '| chunk | state | rows | calls | attempts | slices | last error |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
    '| 2026-01-01 to 2026-01-04 | pulling | 120 | 40 | 1 | 4 of 10 |  |',
  ]);
});

test('what is not known is left out, what the run waits for is told', () => {
  const text = runDetails(
    aProgress({
      chunks: { total: 3, loaded: 1, failed: 1 },
      plannedCalls: null,
      sentence: 'Waiting for quota until 2026-01-10 06:30:00 UTC.',
      windows: [],
    }),
  );
  expect(text).toContain('**1 of 3 chunks loaded, 1 failed** · 320 rows · 120 calls done\n');
  expect(text).toContain('Waiting for quota until 2026-01-10 06:30:00 UTC.');
});

test('an error from outside stays in its cell, and short', () => {
  const error = `a | b\n| c | d |\r\n${'x'.repeat(500)}`;
  const line = runDetails(aProgress({ recent: [aChunk({ state: 'failed', error })] }))
    .split('\n')
    .at(-1);
  expect(line?.match(/\|/g)).toHaveLength(8);
  expect(line?.length).toBeLessThan(250);
});

test('before it is opened there is nothing to tell', () => {
  const sentence = 'Opening the run.';
  expect(runDetails(aProgress({ state: 'opening', sentence }))).toBe(sentence);
});
