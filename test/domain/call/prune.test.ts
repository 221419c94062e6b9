import { describe, expect, test } from 'vitest';
import { hasUnreadIds, planPruningCalls, pruneCalls, readRan } from '#domain/call/prune';
import { actionsOfGroupList, groupsOfDayList } from '#domain/catalogue/lists';
import { createChunk } from '#domain/chunk/chunk';
import { fitListRows } from '#domain/column/fit-rows';
import { longNumber } from '#domain/column/read-number';
import { aCall } from '../../helpers/an-optimove.ts';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const day = '2026-01-01';
const byAction = reportBySlug('customers-by-action');
const byGroup = reportBySlug('promo-codes-by-target-group');
const actionDetails = reportBySlug('action-details-by-target-group');

const groupPage = (...rows: object[]) =>
  fitListRows(rows, { key: 'groups', endpoint: groupsOfDayList.endpoint, stamps: { date: day } });
const actionPage = (...rows: object[]) =>
  fitListRows(rows, {
    key: 'actions',
    endpoint: actionsOfGroupList.endpoint,
    stamps: { date: day, target_group_id: 9 },
  });
type Page = ReturnType<typeof groupPage>;

async function* each(page: Page) {
  yield page;
}
const ranOf = (groups: Page, actions: Page = actionPage()) => readRan([each(groups), each(actions)]);

/** Actions 1 and 2 with recipient groups 3 and 4, of two days. */
const pairCalls = [day, '2026-01-02'].flatMap((date) =>
  [1, 2].flatMap((action_id) =>
    [3, 4].map((recipient_group_id) => aCall({ stamps: { date, action_id, recipient_group_id } })),
  ),
);
const groupCalls = [day, '2026-01-02'].flatMap((date) =>
  [9, 24].map((target_group_id) => aCall({ stamps: { date, target_group_id } })),
);
const keptOf = async (groups: Page, actions?: Page, report = byAction) => {
  const calls = report === byAction ? pairCalls : groupCalls;
  return [...pruneCalls(report, calls, await ranOf(groups, actions))].map(({ stamps }) =>
    Object.values(stamps).join(' '),
  );
};

describe('an id of a list that is no whole number leaves nothing out', () => {
  test.each([null, '', '9 ', 'all', '009', 7.5, undefined])(
    'a target group that is %j: the whole day',
    async (id) => {
      const groups = groupPage({ TargetGroupID: 9 }, { TargetGroupID: id });
      for (const report of [byGroup, actionDetails])
        expect(await keptOf(groups, actionPage({ ActionID: 1, RecipientGroupID: 3 }), report)).toEqual([
          `${day} 9`,
          `${day} 24`,
        ]);
      expect(await keptOf(groups)).toHaveLength(4);
      expect(hasUnreadIds(byGroup, groups)).toBe(true);
      // Nothing of that day depends on its groups' actions any more.
      expect([
        ...planPruningCalls('actions that ran', {}, createChunk(day, day), await ranOf(groups)),
      ]).toEqual([]);
    },
  );

  test.each([null, '', 'all', '1 '])('an action that is %j: the whole day', async (id) => {
    const actions = actionPage({ ActionID: id, RecipientGroupID: 3 });
    const groups = groupPage({ TargetGroupID: 9 });
    expect(await keptOf(groups, actions)).toEqual([`${day} 1 3`, `${day} 1 4`, `${day} 2 3`, `${day} 2 4`]);
    expect(hasUnreadIds(byAction, actions)).toBe(true);
    // Report 23 asks whether a group ran any action, not which.
    expect(await keptOf(groups, actions, actionDetails)).toEqual([`${day} 9`]);
    expect(hasUnreadIds(actionDetails, actions)).toBe(false);
  });

  test.each([null, '', 'all', '3 '])('a recipient group that is %j: all of its action', async (id) => {
    const actions = actionPage({ ActionID: 2, RecipientGroupID: 4 }, { ActionID: 1, RecipientGroupID: id });
    expect(await keptOf(groupPage({ TargetGroupID: 9 }), actions)).toEqual([
      `${day} 1 3`,
      `${day} 1 4`,
      `${day} 2 4`,
    ]);
    expect(hasUnreadIds(byAction, actions)).toBe(true);
  });
});

test('ids as text are read as whole numbers, to the last digit', async () => {
  const actions = actionPage({ ActionID: '1.0', RecipientGroupID: '4' });
  expect(await keptOf(groupPage({ TargetGroupID: '9.0' }), actions)).toEqual([`${day} 1 4`]);
  expect(hasUnreadIds(byAction, actions)).toBe(false);
  const long = groupPage({ TargetGroupID: longNumber('9007199254740993') });
  const chosen = { targetGroups: ['9007199254740993', 24] };
  const [call] = planPruningCalls('actions that ran', chosen, createChunk(day, day), await ranOf(long));
  expect(call).toMatchObject({
    parameters: { TargetGroupID: '9007199254740993' },
    stamps: { target_group_id: '9007199254740993' },
  });
});
