import { describe, expect, test } from 'vitest';
import { findReport } from '#domain/catalogue/index';
import type { PeriodSetting } from '#domain/river/period-setting';
import type { River } from '#domain/river/river';
import {
  completeDays,
  differsInFilters,
  findDaysLoadedOtherwise,
  isTracked,
  type LoadedDays,
} from '#domain/run/loaded-days';
import { aStoredRun } from '../../helpers/a-stored-run.ts';

const report = findReport('customers-by-action');
if (!report) throw new Error('the catalogue lacks customers-by-action');
const { river: plain } = aStoredRun();
const aRiver = (changes: Partial<River>): River => ({ ...plain, ...changes });

test.each<[PeriodSetting, boolean]>([
  [{ start: '2026-01-01' }, true],
  [{ start: '2026-01-01', lastDaysBack: 3, track: true }, true],
  [{ start: '2026-01-01', track: false }, false],
  [{ start: '2026-01-01', end: '2026-01-31' }, false],
  [{ predefined: 'month_to_date' }, false],
])('a river of the period %o tracks: %s', (period, tracked) => {
  expect(isTracked(aRiver({ period }), report)).toBe(tracked);
});

test('a river that overwrites its table never tracks', () => {
  const target = { ...plain.target, load: 'overwrite' as const };
  expect(isTracked(aRiver({ period: { start: '2026-01-01' }, target }), report)).toBe(false);
});

describe('a day that stands in the table', () => {
  const actions = (...ids: number[]) => aRiver({ filters: { actions: ids } });
  const track: LoadedDays = {
    days: [
      { day: '2026-01-01', run: 'own', provisional: false },
      { day: '2026-01-02', run: 'own', provisional: true },
      { day: '2026-01-03', run: 'others', provisional: false },
      { day: '2026-01-04', run: 'removed', provisional: false },
      { day: '2026-01-05', run: 'others', provisional: false },
      { day: '2026-01-05', run: 'own', provisional: false },
    ],
    forgotten: [],
    runs: new Map([
      ['own', { river: actions(12, 15), ownFilters: false }],
      ['others', { river: actions(3), ownFilters: true }],
    ]),
  };

  test('is complete where a run with the filters of the river loaded it, and it was complete then', () => {
    expect([...completeDays(track)]).toEqual(['2026-01-01', '2026-01-04', '2026-01-05']);
  });

  test('was loaded otherwise where the river now says something else, in whatever order', () => {
    expect(findDaysLoadedOtherwise(track, actions(15, 12))).toEqual([]);
    expect(findDaysLoadedOtherwise(track, actions(12))).toEqual([
      { start: '2026-01-01', end: '2026-01-02' },
      { start: '2026-01-05', end: '2026-01-05' },
    ]);
  });

  test('filters are others where a list, an attribute or the report differs', () => {
    expect(differsInFilters(actions(1, 2), actions(2, 1))).toBe(false);
    expect(differsInFilters(aRiver({ filters: { customerAttributes: ['Country'] } }), plain)).toBe(true);
    expect(differsInFilters(aRiver({ report: 'promo-codes' }), plain)).toBe(true);
    const named = (name: string) => aRiver({ filters: { actions: [name], customerAttributes: ['Country'] } });
    expect(differsInFilters(named('Tre\u0300s\u00a0ACTIFS '), named('Très actifs'))).toBe(false);
    const sent = (name: string) => aRiver({ filters: { customerAttributes: [name] } });
    expect(differsInFilters(sent('country'), sent('Country'))).toBe(true);
  });
});
