import { expect, test } from 'vitest';
import type { Call } from '../../../src/domain/call/call.ts';
import { readListAnswers } from '../../../src/domain/call/list-answers.ts';
import { listCall } from '../../../src/domain/call/list-calls.ts';
import { lastDataUpdateList, pickLists } from '../../../src/domain/catalogue/lists.ts';
import { fitListRows } from '../../../src/domain/column/fit-rows.ts';
import { longNumber } from '../../../src/domain/column/long-number.ts';
import { RowShapeError } from '../../../src/domain/errors.ts';

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

test('a list’s row without an id is refused', async () => {
  const nameless = page(listCall(pickLists.actions), [{ ActionName: 'x' }]);
  await expect(readListAnswers([nameless])).rejects.toThrow(RowShapeError);
  await expect(readListAnswers([nameless])).rejects.toThrow(/GetAllActions .*number 1.* action_id/);
});
