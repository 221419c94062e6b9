import { describe, expect, test } from 'vitest';
import { reports } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { checkRiver, type Surroundings } from '#domain/river/check-river';
import { Filters } from '#domain/river/filters';
import { pathText } from '#domain/river/problem';
import { type RiverPart, RiverSetting } from '#domain/river/river';
import { Secret } from '#domain/secret';

const around: Surroundings = {
  connections: new Map([['main', undefined]]),
  warehouses: new Map([
    [
      'local',
      {
        name: 'local',
        client: 'better-sqlite3',
        connection: new Secret<unknown>({ filename: '/w.db' }),
        schema: undefined,
        keepCallsForMs: 0,
      },
    ],
  ]),
  rivers: new Map(),
};

/** A value for each filter that there is. */
const everyFilter: Required<Filters> = {
  actions: [1],
  targetGroups: ['VIP'],
  executionChannels: [4],
  changedCustomerAttribute: 'Country',
  lifecycleStages: ['New'],
  customerAttribute: { name: 'Country', value: 'UK' },
  events: ['clicked'],
  activityEvents: ['Deposit'],
  customerAttributes: ['Country'],
};

/** The least that a river of this report has to say. */
function leastRiver(report: Report, more: Partial<RiverPart> = {}): RiverSetting {
  const required = report.axes.flatMap((axis) =>
    'leftOut' in axis && axis.leftOut === 'required' ? [[axis.over, everyFilter[axis.over]]] : [],
  );
  return RiverSetting.parse({
    report: report.slug,
    connection: 'main',
    ...(report.time === 'none' ? {} : { period: { predefined: 'yesterday' } }),
    target: { warehouse: 'local', table: 'rows' },
    ...more,
    filters: { ...Object.fromEntries(required), ...more.filters },
  });
}

const problemsOf = (river: RiverPart): string[] =>
  checkRiver('river', river, around).map(({ path }) => pathText(path));

describe.each(reports.map((report) => [report.slug, report] as const))('%s', (_slug, report) => {
  test('is right with what it requires, and asks for nothing else', () => {
    expect(problemsOf(leastRiver(report))).toEqual([]);
  });

  test('takes the filters it has, one by one, and no other', () => {
    for (const name of Object.keys(Filters.shape) as (keyof Filters)[]) {
      const river = leastRiver(report, { filters: { [name]: everyFilter[name] } });
      expect(problemsOf(river)).toEqual(report.filters.includes(name) ? [] : [`filters.${name}`]);
    }
  });

  test('has a period and chunks, or neither', () => {
    const { period: _, ...river } = leastRiver(report, { chunks: { every: 'daily', size: 1 } });
    expect(problemsOf(river)).toEqual(report.time === 'none' ? ['chunks'] : ['period']);
  });
});

test('control groups come with reports 2, 3 and 4, prune with 1, 2, 19, 22 and 23', () => {
  const numbersThatTake = (option: Partial<RiverPart>): number[] =>
    reports
      .filter((report) => problemsOf(leastRiver(report, option)).length === 0)
      .map(({ number }) => number);
  expect(numbersThatTake({ includeControlGroup: true })).toEqual([2, 3, 4]);
  expect(numbersThatTake({ prune: true })).toEqual([1, 2, 19, 22, 23]);
});

test('a river that names things which are not there has a problem for each', () => {
  expect(
    problemsOf({ report: 'all', connection: 'other', target: { warehouse: 'prod', table: 'sqlite_x' } }),
  ).toEqual(['report', 'connection', 'target.warehouse']);
});

test('days back go with append in a range that ends or does not track, and with replace anywhere', () => {
  const report = reports.find(({ time }) => time === 'day');
  if (!report) throw new Error('no report by day');
  const withPeriod = (period: RiverPart['period'], load: 'replace' | 'append') =>
    problemsOf(leastRiver(report, { period, target: { warehouse: 'local', table: 'rows', load } }));
  expect(withPeriod({ start: '2026-01-01', lastDaysBack: 2 }, 'append')).toEqual(['period.lastDaysBack']);
  expect(withPeriod({ start: '2026-01-01', lastDaysBack: 2, track: false }, 'append')).toEqual([]);
  expect(withPeriod({ start: '2026-01-01', end: '2026-01-02', lastDaysBack: 2 }, 'append')).toEqual([]);
  expect(withPeriod({ start: '2026-01-01', lastDaysBack: 2 }, 'replace')).toEqual([]);
});
