import { expect, test } from 'vitest';
import type { Call } from '#domain/call/call';
import { listCall, readListAnswers } from '#domain/call/list-calls';
import { resolveSelection } from '#domain/call/selection';
import { lastDataUpdateList, pickLists } from '#domain/catalogue/lists';
import { fitListRows } from '#domain/column/fit-rows';
import { longNumber } from '#domain/column/read-number';
import { RowShapeError } from '#domain/errors';
import type { Filters } from '#domain/river/filters';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const page = (call: Call, rows: unknown[]) => ({ call: call.key, ...fitListRows(rows, call) });

test('each list is read by its own keys, spelled in any way that has been seen', async () => {
  const answers = await readListAnswers([
    page(listCall(pickLists.actions), [{ ActionID: longNumber('1.0'), ActionName: '10% Bonus' }]),
    page(listCall(pickLists.executionChannels), [
      { ChannelId: 504, ChannelName: 'Optimail' },
      { ChannelID: '505', ChannelName: null },
    ]),
    page(listCall(pickLists.lifecycleStages), [{ StageID: 1, StageName: 'New' }]),
    page(listCall(pickLists.targetGroups), []),
    page(listCall(lastDataUpdateList), [{ Date: '2015-08-13' }]),
  ]);
  expect(answers).toEqual({
    actions: [{ id: 1, name: '10% Bonus' }],
    executionChannels: [
      { id: 504, name: 'Optimail' },
      { id: 505, name: '' },
    ],
    lifecycleStages: [{ id: 1, name: 'New' }],
    targetGroups: [],
    dataDate: '2015-08-13',
  });
});

test('GetLastDataUpdate that was refused leaves the day unknown', async () => {
  expect(await readListAnswers([page(listCall(lastDataUpdateList), [])])).toEqual({});
});

test('ids keep all their digits, as numbers and as texts', async () => {
  const { actions } = await readListAnswers([
    page(listCall(pickLists.actions), [
      { ActionID: '9007199254740993', ActionName: 'a' },
      { ActionID: longNumber('9007199254740995'), ActionName: 'b' },
      { ActionID: '12.0', ActionName: 'c' },
    ]),
  ]);
  expect(actions?.map(({ id }) => id)).toEqual(['9007199254740993', '9007199254740995', 12]);
});

test.each([undefined, null, '', '12 ', 'n/a', '99999999999999999999'])(
  'a row whose id is %j is refused where somebody asks for it, and nowhere else',
  async (id) => {
    const answers = await readListAnswers([
      page(listCall(pickLists.actions), [
        { ActionID: 1, ActionName: 'Free Spins' },
        { ActionID: id, ActionName: 'Bonus' },
      ]),
    ]);
    const chosen = (filters: Filters) =>
      resolveSelection(reportBySlug('customers-by-action'), filters, answers).actions;
    expect(chosen({ actions: ['free spins', '12'] })).toEqual([1, 12]);
    for (const filters of [{}, { actions: ['BONUS'] }, { actions: ['Free Spins', 'Bonus'] }]) {
      expect(() => chosen(filters)).toThrow(RowShapeError);
      expect(() => chosen(filters)).toThrow(/GetAllActions .*number 2.* action_id is no id/);
    }
    expect(() => chosen({ actions: ['Bonsu'] })).toThrow(/there are "Free Spins" \(1\), "Bonus" \(no id\)/);
  },
);
