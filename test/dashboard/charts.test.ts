import { expect, test } from 'vitest';
import { bars, burnDownChart, strip } from '#dashboard/charts';
import type { CoveredDay, DayState } from '#domain/run/coverage';

const day = (of: string, state: DayState): CoveredDay => ({
  day: of,
  state,
  rows: null,
  loadedAt: null,
  runId: null,
  workflowId: null,
  error: null,
});

test('a bar for each day ends at its share of the highest, and a day without any has none', async () => {
  const picture = String(
    await bars(
      [
        { day: '2026-01-01', value: 10 },
        { day: '2026-01-02', value: 0 },
        { day: '2026-01-03', value: 40 },
      ],
      'calls',
    ),
  );
  expect(picture).toContain('<b>Calls a day</b> <span>50 in all, 40 at most</span>');
  expect(picture).toContain('calls a day from 2026-01-01 to 2026-01-03: 50 in all, 40 on the highest day');
  expect(picture).toContain('d="M0.1 40v-10.00h0.8V40zM2.1 40v-40.00h0.8V40z"');
});

test('a window burns down to now, and comes back after it', async () => {
  const points = [
    { inMs: -60_000, free: 10 },
    { inMs: 0, free: 4 },
    { inMs: 60_000, free: 10 },
  ];
  const picture = String(await burnDownChart({ calls: 10, perSeconds: 60, used: 6, free: 4, points }));
  expect(picture).toContain('4 of 10 calls are free in the window of 1m');
  expect(picture).toContain('class="line" d="M0.00 0.00L60.00 24.00"');
  expect(picture).toContain('class="ahead" d="M60.00 24.00L120.00 0.00"');
});

test('the days of a river lie where they belong, neighbours of one state as one piece', async () => {
  const days = [day('2026-01-02', 'loaded'), day('2026-01-03', 'loaded'), day('2026-01-05', 'failed')];
  const picture = String(await strip(days, { start: '2026-01-01', end: '2026-01-10' }));
  expect(picture).toContain('2026-01-01 to 2026-01-10: 2 loaded, 1 failed');
  expect(picture).toContain('<rect class="loaded" x="1" y="0" width="2" height="10"/>');
  expect(picture).toContain('<rect class="failed" x="4" y="0" width="1" height="10"/>');
});
