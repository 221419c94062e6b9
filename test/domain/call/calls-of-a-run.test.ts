import { describe, expect, test } from 'vitest';
import type { Call } from '#domain/call/call';
import { type CallCount, countCalls } from '#domain/call/count-calls';
import type { Discovered } from '#domain/call/discovery';
import { planListCalls } from '#domain/call/discovery';
import { runListCalls } from '#domain/call/list-calls';
import { listSlices, planDataCalls } from '#domain/call/plan-calls';
import { resolveSelection } from '#domain/call/selection';
import { reports } from '#domain/catalogue/index';
import { chunkWithoutDays, createChunk } from '#domain/chunk/chunk';
import { eachDay } from '#domain/period/date-range';
import type { Filters } from '#domain/river/filters';

const week = { start: '2026-01-05', end: '2026-01-11' };
const days = 7;
/** What Optimove's lists answer: 3 actions, 4 target groups, 2 channels, 5 stages. */
const some = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: at + 1, name: `N${at + 1}` }));
const answers = {
  actions: some(3),
  targetGroups: some(4),
  executionChannels: some(2),
  lifecycleStages: some(5),
  dataDate: '2026-01-10',
};
const campaignsADay = 6;
const pairsADay = 8;

/** Six campaigns a day; by channel, two of them are found on both. */
const campaigns: Discovered[] = [...eachDay(week)].flatMap((foundOn) =>
  some(campaignsADay).map(({ id }) => ({ foundOn, campaignId: id, channelId: null })),
);
const pairs: Discovered[] = campaigns.flatMap((found) =>
  Number(found.campaignId) <= pairsADay - campaignsADay
    ? [1, 2].map((channelId) => ({ ...found, channelId }))
    : [{ ...found, channelId: 1 }],
);

interface Row {
  number: number;
  filters?: Filters;
  /** The run's lists, by their calls. */
  lists?: string[];
  /** Calls that find campaigns. */
  discovery?: number;
  data: number;
}

const ids = (...filters: (keyof Filters)[]): Filters =>
  Object.fromEntries(filters.map((filter) => [filter, [1, 2]]));

/** The table of the design, one line for each way of filtering a report. */
const table: Row[] = [
  { number: 1, lists: ['GetAllActions'], data: days * 3 * 10 },
  { number: 1, filters: ids('actions'), data: days * 2 * 10 },
  { number: 1, filters: { actions: ['n1'] }, lists: ['GetAllActions'], data: days * 10 },
  { number: 2, lists: ['GetTargetGroupDetails'], data: days * 4 },
  { number: 2, filters: ids('targetGroups'), data: days * 2 },
  { number: 2, filters: ids('targetGroups', 'executionChannels'), data: days * 2 * 2 },
  {
    number: 2,
    filters: { targetGroups: [1], executionChannels: ['N2'] },
    lists: ['GetExecutionChannels'],
    data: days,
  },
  { number: 3, data: days },
  { number: 4, discovery: days, data: days * campaignsADay },
  { number: 4, filters: ids('executionChannels'), discovery: days * 2, data: days * pairsADay },
  {
    number: 5,
    filters: { changedCustomerAttribute: ['Brand', 'Country', 'Brand'] },
    lists: ['GetLastDataUpdate'],
    data: 2,
  },
  { number: 6, lists: ['GetLifecycleStageList'], data: 5 },
  { number: 6, filters: ids('lifecycleStages'), data: 2 },
  { number: 6, filters: { customerAttribute: { name: 'Country', value: 'UK' } }, data: 1 },
  { number: 7, data: days },
  { number: 8, data: days },
  { number: 9, lists: ['GetExecutionChannels'], discovery: days * 2, data: days * pairsADay },
  { number: 9, filters: ids('executionChannels'), discovery: days * 2, data: days * pairsADay },
  { number: 10, discovery: days, data: days * campaignsADay },
  { number: 10, filters: ids('executionChannels'), discovery: days * 2, data: days * campaignsADay },
  { number: 11, lists: ['GetExecutionChannels'], discovery: days * 2, data: days * pairsADay },
  { number: 12, data: 1 },
  { number: 13, data: days },
  { number: 14, filters: { events: ['opened', 3] }, lists: ['GetExecutionChannels'], data: days * 2 * 2 },
  { number: 14, filters: { events: [2], executionChannels: [504] }, data: days },
  { number: 15, filters: { activityEvents: ['Login', 7] }, data: days * 2 },
  { number: 16, data: days },
  { number: 17, data: 1 },
  { number: 18, data: 1 },
  { number: 19, lists: ['GetTargetGroupDetails'], data: days * 4 },
  { number: 20, data: days },
  { number: 21, discovery: days, data: days * campaignsADay },
  { number: 21, filters: ids('executionChannels'), discovery: days * 2, data: days * campaignsADay },
  { number: 22, lists: ['GetTargetGroupDetails'], data: days * 4 },
  { number: 23, lists: ['GetTargetGroupDetails'], data: days * 4 },
  { number: 24, data: days },
  { number: 25, data: 1 },
  { number: 26, lists: ['GetExecutionChannels'], discovery: days * 2, data: days * pairsADay },
  { number: 27, lists: ['GetExecutionChannels'], data: days * 2 },
  { number: 27, filters: { executionChannels: [504] }, data: days },
];

test('the table speaks of every report', () => {
  expect(new Set(table.map(({ number }) => number))).toEqual(new Set(reports.map(({ number }) => number)));
});

describe.each(table)(
  'report $number with $filters',
  ({ number, filters = {}, lists = [], discovery = 0, data }) => {
    const report = reports[number - 1] ?? expect.fail(`there is no report ${number}`);
    const chunk = report.time === 'none' ? chunkWithoutDays : createChunk(week.start, week.end);
    const selection = resolveSelection(report, filters, answers);
    const discovered = selection.executionChannels ? pairs : campaigns;
    const listCalls = [...planListCalls(report, selection, chunk)];
    const dataCalls = listSlices(report).data.flatMap((slice) => [
      ...planDataCalls({
        report,
        river: { filters, includeControlGroup: false },
        selection,
        chunk,
        slice,
        discovered,
        runDay: '2026-01-12',
      }),
    ]);

    test(`reads the lists [${lists}]`, () => {
      expect(runListCalls(report, filters).map(({ call }) => call.key)).toEqual(lists);
    });

    test(`finds its campaigns by ${discovery} calls and its rows by ${data}`, () => {
      expect(listCalls).toHaveLength(discovery);
      expect(dataCalls).toHaveLength(data);
      expect(listSlices(report).list).toHaveLength(discovery > 0 ? 1 : 0);
    });

    test('has calls with keys of their own', () => {
      const keys = [...listCalls, ...dataCalls].map(({ key }: Call) => key);
      expect(new Set(keys).size).toBe(keys.length);
    });

    test('is counted without being planned', () => {
      const period = report.time === 'none' ? null : week;
      const expected: CallCount = {
        list: lists.length + discovery,
        data: report.time === 'campaigns' ? null : data,
      };
      expect(countCalls({ report, filters, selection, period })).toEqual(expected);
      const known = countCalls({ report, filters, selection: undefined, period });
      // Without the lists' answers, what they decide is unknown; everything else is not.
      const listed = lists.some((list) => list !== 'GetLastDataUpdate');
      expect(known.data).toBe(listed ? null : expected.data);
      expect(known.list).toBe(listed && discovery > 0 ? null : expected.list);
    });

    test('makes no call for a period without days', () => {
      if (report.time === 'none') return;
      expect(countCalls({ report, filters, selection, period: null }).data).toBe(0);
    });
  },
);
