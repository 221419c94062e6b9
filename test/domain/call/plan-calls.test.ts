import { describe, expect, test } from 'vitest';
import { planListCalls } from '#domain/call/discovery';
import { type DataPlan, listSlices, planDataCalls } from '#domain/call/plan-calls';
import { reports } from '#domain/catalogue/index';
import { chunkWithoutDays, createChunk } from '#domain/chunk/chunk';
import { effectiveReport } from '#domain/river/overrides';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const twoDays = createChunk('2026-01-01', '2026-01-02');

function plan(slug: string, given: Partial<DataPlan> & Partial<DataPlan['river']>) {
  const { filters = {}, includeControlGroup = false, overrides, ...rest } = given;
  const report = effectiveReport(reportBySlug(slug), overrides);
  const chunk = report.time === 'none' ? chunkWithoutDays : twoDays;
  const river = { filters, includeControlGroup, overrides };
  return [
    ...planDataCalls({
      report,
      river,
      selection: {},
      chunk,
      slice: listSlices(report).data[0] ?? 'none',
      discovered: [],
      runDay: '2026-01-09',
      ...rest,
    }),
  ];
}

test('a call says where it goes, what it sends, and what its rows bear', () => {
  const [call] = plan('customers-by-action', {
    selection: { actions: [12], customerAttributes: ['Country', 'Currency'] },
    slice: 'recipient group 3',
  });
  expect(call).toMatchObject({
    key: 'GetCustomersByAction?Date=2026-01-01&ActionID=12&RecipientGroupID=3',
    kind: 'data',
    endpoint: 'customers/GetCustomersByAction',
    parameters: {
      Date: '2026-01-01',
      ActionID: '12',
      RecipientGroupID: '3',
      CustomerAttributes: 'Country;Currency',
    },
    stamps: { date: '2026-01-01', action_id: 12, recipient_group_id: 3 },
    pages: true,
  });
});

test('calls follow the axes, the first one slowest', () => {
  const calls = plan('campaign-interaction-customers', {
    selection: { executionChannels: [504, 505], events: [2, 3] },
  });
  expect(calls.map(({ key }) => key.replace('GetCampaignInteractionCustomers?', ''))).toEqual([
    'Date=2026-01-01&ChannelID=504&EventID=2',
    'Date=2026-01-01&ChannelID=504&EventID=3',
    'Date=2026-01-01&ChannelID=505&EventID=2',
    'Date=2026-01-01&ChannelID=505&EventID=3',
    'Date=2026-01-02&ChannelID=504&EventID=2',
    'Date=2026-01-02&ChannelID=504&EventID=3',
    'Date=2026-01-02&ChannelID=505&EventID=2',
    'Date=2026-01-02&ChannelID=505&EventID=3',
  ]);
});

test('calls come one by one: the first of a thousand million costs no more than the first of ten', () => {
  const many = Array.from({ length: 30_000 }, (_, at) => at);
  const report = reportBySlug('campaign-interaction-customers');
  const calls = planDataCalls({
    report,
    river: { filters: {}, includeControlGroup: false },
    selection: { executionChannels: many, events: many },
    chunk: twoDays,
    slice: 'all',
    discovered: [],
    runDay: '2026-01-09',
  });
  expect(calls.next().value?.key).toBe(
    'GetCampaignInteractionCustomers?Date=2026-01-01&ChannelID=0&EventID=0',
  );
});

test('the slices of report 1 share its calls by recipient group', () => {
  const report = reportBySlug('customers-by-action');
  const { list, data } = listSlices(report);
  expect(list).toEqual([]);
  expect(data).toHaveLength(10);
  const groups = data.map((slice) =>
    plan('customers-by-action', { selection: { actions: [1] }, slice }).map(
      ({ parameters }) => parameters.RecipientGroupID,
    ),
  );
  expect(groups).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'].map((group) => [group, group]));
  expect(() => plan('customers-by-action', { selection: { actions: [1] }, slice: 'all' })).toThrow(
    RangeError,
  );
});

test('every other report has the one slice “all”, and campaigns are found by a slice of their own', () => {
  for (const report of reports.slice(1)) {
    const list = report.time === 'campaigns' ? ['campaigns'] : [];
    expect(listSlices(report)).toEqual({ list, data: ['all'] });
  }
});

test('control groups are asked for where the river says so and the report knows them', () => {
  const asked = { includeControlGroup: true };
  expect(plan('customer-one-time-actions-by-date', asked)[0]?.parameters.IncludeControlGroup).toBe('true');
  expect(plan('customer-one-time-actions-by-date', {})[0]?.parameters).toEqual({ Date: '2026-01-01' });
  expect(plan('customer-action-details-by-date', asked)[0]?.parameters).toEqual({ Date: '2026-01-01' });
});

describe('days without a name in the API', () => {
  test('report 8 stamps the day asked for as end_date', () => {
    const [call] = plan('customer-action-ended-by-date', {});
    expect(call).toMatchObject({ parameters: { Date: '2026-01-01' }, stamps: { end_date: '2026-01-01' } });
  });

  test('report 5 stamps the day of its data, the run’s day where that is not known', () => {
    const selection = { changedCustomerAttribute: ['Brand'], dataDate: '2026-01-08' };
    expect(plan('customer-attribute-changers', { selection })[0]).toMatchObject({
      key: 'GetCustomerAttributeChangers?ChangedCustomerAttribute=Brand',
      stamps: { data_date: '2026-01-08', changed_customer_attribute: 'Brand' },
    });
    const unknown = { changedCustomerAttribute: ['Brand'] };
    expect(plan('customer-attribute-changers', { selection: unknown })[0]?.stamps.data_date).toBe(
      '2026-01-09',
    );
  });

  test('reports 6 and 12 stamp the run’s day', () => {
    expect(plan('currently-targeted-customers', {})).toMatchObject([
      {
        key: 'GetCurrentlyTargetedCustomers',
        kind: 'data',
        endpoint: 'customers/GetCurrentlyTargetedCustomers',
        parameters: {},
        stamps: { snapshot_date: '2026-01-09' },
        pages: true,
      },
    ]);
  });
});

describe('report 6', () => {
  test('calls stage by stage', () => {
    const calls = plan('customer-future-values', { selection: { lifecycleStages: [1, 2] } });
    expect(calls.map(({ parameters, stamps }) => [parameters, stamps])).toEqual([
      [{ LifecycleStageID: '1' }, { snapshot_date: '2026-01-09', lifecycle_stage_id: 1 }],
      [{ LifecycleStageID: '2' }, { snapshot_date: '2026-01-09', lifecycle_stage_id: 2 }],
    ]);
  });

  test('or once for an attribute’s value, which its key bears whatever is in it', () => {
    const selection = { customerAttribute: { name: 'Country', value: 'Trinidad & Tobago' } };
    expect(plan('customer-future-values', { selection })).toMatchObject([
      {
        key: 'GetCustomerFutureValues?CustomerAttribute=Country&CustomerAttributeValue=Trinidad%20%26%20Tobago',
        parameters: { CustomerAttribute: 'Country', CustomerAttributeValue: 'Trinidad & Tobago' },
        stamps: { customer_attribute: 'Country', customer_attribute_value: 'Trinidad & Tobago' },
      },
    ]);
  });
});

describe('campaigns', () => {
  const discovered = [
    { foundOn: '2026-01-01', campaignId: 7, channelId: 504 },
    { foundOn: '2026-01-01', campaignId: 7, channelId: 505 },
    { foundOn: '2026-01-02', campaignId: 7, channelId: 504 },
  ];
  const chosen = {
    discovered,
    selection: { executionChannels: [504, 505] },
    filters: { executionChannels: [504, 505] },
  };

  test('are called with their channels in report 9, once for each day that found them', () => {
    const calls = plan('customer-execution-details-by-campaign', chosen);
    expect(calls.map(({ key }) => key.replace('GetCustomerExecutionDetailsByCampaign?', ''))).toEqual([
      'found_on=2026-01-01&CampaignID=7&ChannelID=504',
      'found_on=2026-01-01&CampaignID=7&ChannelID=505',
      'found_on=2026-01-02&CampaignID=7&ChannelID=504',
    ]);
    expect(calls[0]).toMatchObject({
      parameters: { CampaignID: '7', ChannelID: '504' },
      stamps: { found_on: '2026-01-01', campaign_id: 7, channel_id: 504 },
      keep: { column: 'channel_id', value: 504 },
    });
  });

  test('keep all their rows where no channel was chosen', () => {
    const all = { ...chosen, filters: {} };
    for (const call of plan('customer-send-details-by-channel', all)) expect(call.keep).toBeUndefined();
  });

  test.each(['customer-send-details-by-campaign', 'promo-codes-by-campaign'])(
    'are called once a day and without a channel in %s',
    (slug) => {
      const calls = plan(slug, chosen);
      expect(calls.map(({ stamps }) => stamps)).toEqual([
        { found_on: '2026-01-01', campaign_id: 7 },
        { found_on: '2026-01-02', campaign_id: 7 },
      ]);
      expect(calls.every(({ parameters }) => !('ChannelID' in parameters))).toBe(true);
      expect(calls.every(({ keep }) => keep === undefined)).toBe(true);
    },
  );

  test('are called by channel in report 4 only where channels are chosen', () => {
    const slug = 'customer-one-time-actions-by-campaign';
    expect(plan(slug, chosen).map(({ parameters }) => parameters.ChannelID)).toEqual(['504', '505', '504']);
    const found = [{ foundOn: '2026-01-01', campaignId: 7, channelId: null }];
    expect(plan(slug, { discovered: found })).toMatchObject([
      {
        key: 'GetCustomerOneTimeActionsByCampaign?found_on=2026-01-01&CampaignID=7',
        parameters: { CampaignID: '7' },
      },
    ]);
  });

  test('are found day by day, or by day and channel', () => {
    const report = reportBySlug('promo-codes-by-campaign');
    expect([...planListCalls(report, {}, twoDays)]).toMatchObject([
      { key: 'GetExecutedCampaignDetails?Date=2026-01-01', kind: 'list', pages: false },
      { key: 'GetExecutedCampaignDetails?Date=2026-01-02', stamps: { found_on: '2026-01-02' } },
    ]);
    expect([...planListCalls(report, { executionChannels: [504, 505] }, twoDays)]).toMatchObject([
      {
        key: 'GetExecutedCampaignsByChannel?Date=2026-01-01&ChannelID=504',
        parameters: { Date: '2026-01-01', ChannelID: '504' },
        stamps: { found_on: '2026-01-01', channel_id: 504 },
      },
      { key: 'GetExecutedCampaignsByChannel?Date=2026-01-01&ChannelID=505' },
      { key: 'GetExecutedCampaignsByChannel?Date=2026-01-02&ChannelID=504' },
      { key: 'GetExecutedCampaignsByChannel?Date=2026-01-02&ChannelID=505' },
    ]);
    expect([...planListCalls(reportBySlug('promo-codes'), {}, twoDays)]).toEqual([]);
  });
});

describe('overrides', () => {
  test('send a parameter under another name, or not at all; key and stamps stay ours', () => {
    const [call] = plan('customers-activity-event-attributes', {
      selection: { activityEvents: ['Login'] },
      overrides: { parameters: { EventID: 'ActivityEventID', Date: null } },
    });
    expect(call).toMatchObject({
      key: 'GetCustomersActivityEventAttributes?Date=2026-01-01&EventID=Login',
      stamps: { date: '2026-01-01', event_id: 'Login' },
    });
    expect(call?.parameters).toEqual({ ActivityEventID: 'Login' });
  });

  test('reach constant parameters as well', () => {
    const [call] = plan('customer-actions-by-target-group', {
      selection: { targetGroups: [9], customerAttributes: ['Country'] },
      overrides: {
        parameters: { IncludeRecipientGroupID: 'IncludeRecipientGroupIDs', CustomerAttributes: 'Attributes' },
      },
    });
    expect(call?.parameters).toEqual({
      Date: '2026-01-01',
      TargetGroupID: '9',
      IncludeRecipientGroupIDs: 'true',
      Attributes: 'Country',
    });
  });

  test('with report 10’s endpoint make report 9 call as report 10 does', () => {
    const [call] = plan('customer-execution-details-by-campaign', {
      discovered: [{ foundOn: '2026-01-01', campaignId: 7, channelId: 504 }],
      selection: { executionChannels: [504], customerAttributes: ['Country'] },
      filters: { executionChannels: [504], customerAttributes: ['Country'] },
      overrides: { endpoint: 'customers/GetCustomerSendDetailsByCampaign' },
    });
    expect(call).toMatchObject({
      key: 'GetCustomerSendDetailsByCampaign?found_on=2026-01-01&CampaignID=7',
      kind: 'data',
      endpoint: 'customers/GetCustomerSendDetailsByCampaign',
      parameters: { CampaignID: '7', IncludeTemplateIDs: 'true' },
      stamps: { found_on: '2026-01-01', campaign_id: 7 },
      pages: true,
    });
  });
});

test('a selection that was never resolved is our mistake, not an empty run', () => {
  expect(() => plan('customers-by-action', { slice: 'recipient group 0' })).toThrow(
    /lacks the values of actions/,
  );
});
