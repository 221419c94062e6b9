import { describe, expect, it } from 'vitest';
import { simulatorKey, withSimulator } from '../../helpers/with-simulator.ts';

const day = '2026-01-05';
const byAction = 'customers/GetCustomersByAction';
const aCall = { Date: day, ActionID: 12, RecipientGroupID: 3 };

describe('what is asked', () => {
  it('is answered below /current and without it, whatever the case of the path', () =>
    withSimulator({}, async ({ send }) => {
      const headers = { 'x-api-key': simulatorKey };
      const bodies = [];
      for (const path of [
        '/current/actions/GetAllActions',
        '/actions/GetAllActions',
        '/Current/ACTIONS/getallactions',
      ]) {
        const answer = await send(path, { headers });
        expect(answer.status).toBe(200);
        bodies.push(answer.text);
      }
      expect(new Set(bodies).size).toBe(1);
    }));

  it('is 404 Not Found where there is no such function, and 405 where it is not a GET', () =>
    withSimulator({}, async ({ ask, send }) => {
      expect(await ask('customers/GetNothing')).toMatchObject({ status: 404, text: 'Not Found' });
      expect(await send('/')).toMatchObject({ status: 404, text: 'Not Found' });
      const headers = { 'x-api-key': simulatorKey };
      expect(await send('/current/actions/GetAllActions', { method: 'POST', headers })).toMatchObject({
        status: 405,
        text: '"Method Not Allowed"',
      });
    }));

  it.each([
    [{ ...aCall, Date: '' }, 'Date is required'],
    [{ ...aCall, Date: '2026-02-30' }, 'Date must be a date as yyyy-MM-dd, not "2026-02-30"'],
    [{ Date: day, RecipientGroupID: 3 }, 'ActionID is required'],
    [{ ...aCall, ActionID: 'x' }, 'ActionID must be a whole number, not "x"'],
    [{ ...aCall, $top: -1 }, '$top must be a whole number, not "-1"'],
    [
      { ...aCall, CustomerAttributes: 'Country;Nope' },
      'CustomerAttributes: there is no customer attribute "Nope"',
    ],
    [
      { ...aCall, CustomerAttributes: Array(11).fill('Country').join(';') },
      'CustomerAttributes: at most 10 attributes, not 11',
    ],
  ])('is 400 for %j', (parameters, text) =>
    withSimulator({}, async ({ ask }) => {
      expect(await ask(byAction, parameters)).toMatchObject({ status: 400, text });
    }),
  );

  it('is 400 where future values are asked for by stage and attribute, or by neither', () =>
    withSimulator({}, async ({ ask }) => {
      const path = 'customers/GetCustomerFutureValues';
      const attribute = { CustomerAttribute: 'Country', CustomerAttributeValue: 'uk' };
      expect((await ask(path)).status).toBe(400);
      expect((await ask(path, { LifecycleStageID: 1, ...attribute })).status).toBe(400);
      expect((await ask(path, { CustomerAttribute: 'Country' })).status).toBe(400);
      expect((await ask(path, attribute)).json()).not.toEqual([]);
      const [one, two, both] = await Promise.all(
        ['1', '2', '1,2'].map(
          async (LifecycleStageID) => (await ask(path, { LifecycleStageID })).json() as [],
        ),
      );
      expect([...(one ?? []), ...(two ?? [])]).toEqual(both);
    }));

  it('may name parameters in any case', () =>
    withSimulator({}, async ({ ask }) => {
      const answer = await ask(byAction, { date: day, actionid: 12, RECIPIENTGROUPID: 3 });
      expect(answer.text).toBe((await ask(byAction, aCall)).text);
    }));
});

describe('what is answered', () => {
  it('attributes are an array of texts in the order asked', () =>
    withSimulator({}, async ({ ask, world }) => {
      const path = 'customers/GetCustomerActionDetailsByDate';
      expect((await ask(path, { Date: day })).json()).not.toEqual([]);
      const asked = { Date: day, IncludeControlGroup: 'false' };
      const forth = (
        await ask('customers/GetCustomerOneTimeActionsByDate', {
          ...asked,
          CustomerAttributes: 'Country;FirstName',
        })
      ).json() as { CustomerAttributes: (string | null)[] }[];
      const back = (
        await ask('customers/GetCustomerOneTimeActionsByDate', {
          ...asked,
          CustomerAttributes: 'firstname;country',
        })
      ).json() as { CustomerAttributes: (string | null)[] }[];
      expect(forth.length).toBe(world.rowCount('customer-one-time-actions-by-date', { days: [day] }));
      expect(back.map((row) => row.CustomerAttributes)).toEqual(
        forth.map((row) => [...row.CustomerAttributes].reverse()),
      );
    }));

  it('the lists and names are as documented', () =>
    withSimulator({}, async ({ ask }) => {
      const get = async (path: string, parameters = {}) => (await ask(path, parameters)).json();
      expect(await get('general/GetLastDataUpdate')).toEqual({ Date: '2026-01-31' });
      expect(await get('actions/GetAllActions')).toContainEqual({ ActionID: 15, ActionName: '10% Bonus' });
      expect(await get('model/GetLifecycleStageList')).toContainEqual({ StageID: 1, StageName: 'New' });
      expect(await get('model/GetCustomerAttributeList')).toContainEqual({
        RealFieldName: 'Country',
        Description: "The customer's Country",
      });
      expect(await get('actions/GetActionName', { ActionID: 15 })).toEqual({ ActionName: '10% Bonus' });
      expect(await get('actions/GetActionID', { ActionName: 'free spins' })).toEqual({ ActionID: 12 });
      expect(await get('groups/GetTargetGroupName', { TargetGroupID: 9 })).toEqual({
        TargetGroupName: 'New UK',
      });
      expect(await get('groups/GetTargetGroupID', { TargetGroupName: 'New UK' })).toEqual({
        TargetGroupID: 9,
      });
      expect(await get('integrations/GetChannelTemplates', { ChannelID: 504 })).toContainEqual({
        TemplateID: 50401,
        TemplateName: 'Welcome',
      });
      const [campaign] = (await get('actions/GetExecutedCampaignDetails', { Date: day })) as [
        { CampaignID: number },
      ];
      const { CampaignID, ...details } = campaign;
      expect(await get('actions/GetCampaignDetails', { CampaignID })).toMatchObject(details);
      expect((await ask('actions/GetCampaignDetails', { CampaignID: 1 })).status).toBe(400);
    }));

  it.each([
    ['array', 200, '[]'],
    ['body', 200, ''],
    ['null', 200, 'null'],
    ['404', 404, 'Not Found'],
    ['204', 204, ''],
  ] as const)('no rows can be said as %s', (emptyAs, status, text) =>
    withSimulator({ emptyAs }, async ({ ask }) => {
      expect(await ask(byAction, { ...aCall, RecipientGroupID: 9 })).toMatchObject({ status, text });
      expect((await ask('actions/GetAllActions')).status).toBe(200);
    }),
  );

  it('a recipient group can be refused', () =>
    withSimulator({ refuseRecipientGroups: [0] }, async ({ ask }) => {
      expect(await ask(byAction, { ...aCall, RecipientGroupID: 0 })).toMatchObject({
        status: 400,
        text: 'RecipientGroupID 0 is not valid',
      });
      expect((await ask(byAction, aCall)).status).toBe(200);
    }));

  it('a page holds at most the cap, and $skip goes on from there', () =>
    withSimulator({ pageCap: 7, size: { rowsPerCall: [20, 20], busyShare: 1 } }, async ({ ask, world }) => {
      const pages: unknown[][] = [];
      for (const $skip of [0, 7, 14, 21]) {
        pages.push((await ask(byAction, { ...aCall, $top: 10_000, $skip })).json() as unknown[]);
      }
      expect(pages.map((page) => page.length)).toEqual([7, 7, 6, 0]);
      const wanted = world.rows('customers-by-action', { days: [day], actions: [12] });
      const ofGroup = wanted.filter((row) => row.RecipientGroupID === 3);
      expect(pages.flat()).toEqual(ofGroup.map(({ CustomerID }) => ({ CustomerID })));
      expect((await ask(byAction, aCall)).json()).toEqual(pages[0]);
    }));

  it('products come as a row each, or as a list that says the same', async () => {
    const products = (options: object) =>
      withSimulator(options, async ({ ask }) =>
        (await ask('customers/GetCustomerProductDetailsByDate', { Date: day })).json(),
      ) as Promise<{ CustomerID: string; ProductID: string; ProductIDs: string[] }[]>;
    const rows = await products({});
    const lists = await products({ productsAs: 'list' });
    expect(rows.length).toBeGreaterThan(lists.length);
    const pairs = lists.flatMap(({ CustomerID, ProductIDs }) =>
      ProductIDs.map((id) => `${CustomerID} ${id}`),
    );
    expect(pairs.sort()).toEqual(
      rows.map(({ CustomerID, ProductID }) => `${CustomerID} ${ProductID}`).sort(),
    );
  });

  it('a tenant may spell a call, its parameters and its keys otherwise', () => {
    const documented = 'customers/GetCustomersActivityEventAttributes';
    const renamed = {
      [documented]: {
        endpoint: 'customers/GetActivityEvents',
        parameters: { EventID: 'ActivityEventID' },
        keys: { EventTime: 'At' },
      },
    };
    return withSimulator({ renamed }, async ({ ask }) => {
      expect((await ask(documented, { Date: day, EventID: 7 })).status).toBe(404);
      expect((await ask('customers/GetActivityEvents', { Date: day, EventID: 7 })).status).toBe(400);
      const answer = await ask('customers/GetActivityEvents', { Date: day, ActivityEventID: 7 });
      expect(Object.keys((answer.json() as object[])[0] ?? {})).toEqual([
        'CustomerID',
        'At',
        'Amount',
        'Game',
      ]);
    });
  });
});
