import { expect, test } from 'vitest';
import type { ChunkProgress, RunProgress } from '#domain/run/progress';
import { freshnessSlice, listsSlice } from '#domain/run/staged-page';
import { aboutRun, runDetails, sliceSummary, summaryText } from '#workflows/visibility';

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

const run = {
  runId: 'id',
  workflowId: 'w',
  river: 'r',
  report: 'customers-by-action',
  connection: 'main',
  warehouse: 'prod',
};
const about = aboutRun({ run, period: { start: '2026-01-01', end: '2026-01-12' }, chunks: 3 });

test('a person reads which run it is, how far it is, what is left to call, and each chunk on a line of its own', () => {
  expect(runDetails(aProgress(), about).split('\n')).toEqual([
    '**Pulling 2026-01-01 to 2026-01-04.**',
    '',
    '`r`: report customers-by-action of connection `main`, 2026-01-01 to 2026-01-12, into warehouse `prod` in 3 chunks.',
    '',
    '1 of 3 chunks loaded · 320 rows · 120 of 240 planned calls done',
    '',
    '1880 of 2000 calls are free in the window of 1h.',
    '',
    '- 2026-01-01 to 2026-01-04: **pulling**, 4 of 10 slices, 120 rows, 40 calls',
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
  expect(text).toContain('1 of 3 chunks loaded, 1 failed · 320 rows · 120 calls done\n');
  expect(text).toContain('**Waiting for quota until 2026-01-10 06:30:00 UTC.**');
});

test('an error from outside stays on its line, and short', () => {
  const error = `a | b\n- c\r\n\`${'x'.repeat(500)}`;
  const lines = runDetails(aProgress({ recent: [aChunk({ state: 'failed', attempts: 2, error })] })).split(
    '\n',
  );
  expect(lines.filter((line) => line.startsWith('- '))).toHaveLength(1);
  expect(lines.at(-1)).toMatch(/^- 2026-01-01 to 2026-01-04: \*\*failed\*\*, .*, attempt 2\. a \| b - c x+$/);
  expect(lines.at(-1)?.length).toBeLessThan(260);
});

test('details stay small, however many chunks there are and whatever they say', () => {
  // As many as RecentChunks keeps: those under way, and twenty that have ended.
  const recent = Array.from({ length: 40 }, () => aChunk({ state: 'failed', error: '€'.repeat(5_000) }));
  const text = runDetails(
    aProgress({ recent, chunks: { total: 10_000, loaded: 9_000, failed: 999 } }),
    about,
  );
  expect(Buffer.byteLength(text)).toBeLessThan(30_000);
});

test('a step says in words what it pulls', () => {
  expect(sliceSummary(run, '2026-01-01/2026-01-04', 'recipient group 3')).toBe(
    'customers-by-action, 2026-01-01 to 2026-01-04, recipient group 3',
  );
  expect(sliceSummary(run, '2026-01-01/2026-01-01', 'all')).toBe('customers-by-action, 2026-01-01');
  expect(sliceSummary(run, null, listsSlice)).toBe('customers-by-action, lists');
  expect(sliceSummary(run, null, freshnessSlice(4))).toBe('how far the data is complete');
});

test.each(['x', '€', '😀', '"', '\u0001', '\ud800'])(
  'a summary of many %j is as long as Temporal takes it',
  (character) => {
    const bytes = Buffer.byteLength(JSON.stringify(summaryText(character.repeat(1_000))));
    expect(bytes).toBeLessThanOrEqual(320);
    expect(summaryText('a short one')).toBe('a short one');
  },
);

test('before it is opened there is nothing to tell', () => {
  const sentence = 'Opening the run.';
  expect(runDetails(aProgress({ state: 'opening', sentence }))).toBe(sentence);
});
