import { expect, test } from 'vitest';
import { commitScope, findCallDay, findDayColumn } from '#domain/call/scope';
import { reports } from '#domain/catalogue/index';
import { chunkWithoutDays, createChunk } from '#domain/chunk/chunk';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const chunk = createChunk('2026-01-01', '2026-01-04');

test('rows are dated by the day asked for, or by the day that found their campaign', () => {
  const days = reports.map((report) => [report.number, findDayColumn(report)]);
  const dated = (column: string | null) => days.filter(([, day]) => day === column).map(([number]) => number);
  expect(dated('end_date')).toEqual([8]);
  expect(dated('found_on')).toEqual([4, 9, 10, 11, 21, 26]);
  expect(dated(null)).toEqual([5, 6, 12, 17, 18, 25]);
  expect(dated('date')).toEqual([1, 2, 3, 7, 13, 14, 15, 16, 19, 20, 22, 23, 24, 27]);
});

test.each([
  ['customers-by-action', 'date'],
  ['customer-action-ended-by-date', 'end_date'],
  ['promo-codes-by-campaign', 'found_on'],
])('a chunk of %s replaces the rows whose %s lies in its days', (slug, column) => {
  expect(commitScope(reportBySlug(slug), chunk, {}, '2026-01-09')).toEqual({
    column,
    start: '2026-01-01',
    end: '2026-01-04',
  });
});

test('report 5 replaces the rows of the same data, of the run’s day where that is not known', () => {
  const report = reportBySlug('customer-attribute-changers');
  const known = commitScope(report, chunkWithoutDays, { dataDate: '2026-01-08' }, '2026-01-09');
  expect(known).toEqual({ column: 'data_date', start: '2026-01-08', end: '2026-01-08' });
  const unknown = commitScope(report, chunkWithoutDays, null, '2026-01-09');
  expect(unknown).toEqual({ column: 'data_date', start: '2026-01-09', end: '2026-01-09' });
});

test('every other report without a period replaces all rows of its river', () => {
  const whole = reports.filter(({ number, time }) => time === 'none' && number !== 5);
  for (const report of whole) expect(commitScope(report, chunkWithoutDays, {}, '2026-01-09')).toBeNull();
});

test('a call’s rows are of the day by which they are replaced; of none where all rows are replaced', () => {
  const stamps = {
    date: '2026-01-01',
    end_date: '2026-01-02',
    found_on: '2026-01-03',
    data_date: '2026-01-04',
    snapshot_date: '2026-01-05',
  };
  const days = reports.map((report) => [report.number, findCallDay(report, { stamps })] as const);
  for (const report of reports) {
    const scope = commitScope(report, report.time === 'none' ? chunkWithoutDays : chunk, {}, '2026-01-09');
    const column = scope?.column as keyof typeof stamps | undefined;
    expect(findCallDay(report, { stamps }), report.slug).toBe(column ? stamps[column] : null);
  }
  expect(days.filter(([, day]) => day === null).map(([number]) => number)).toEqual([6, 12, 17, 18, 25]);
});
