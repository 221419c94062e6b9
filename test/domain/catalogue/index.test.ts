import { describe, expect, test } from 'vitest';
import { refusableParameter } from '#domain/call/no-rows';
import { findReport, findReportByEndpoint, reports } from '#domain/catalogue/index';
import type { Axis } from '#domain/catalogue/report';
import { snakeCase } from '#domain/column/column';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

/** The walkthrough's order, the API's paths, the filters of its table. */
const catalogue: [slug: string, endpoint: string, time: string, filters: string][] = [
  ['customers-by-action', 'customers/GetCustomersByAction', 'day', 'actions customerAttributes'],
  [
    'customer-actions-by-target-group',
    'customers/GetCustomerActionsByTargetGroup',
    'day',
    'targetGroups executionChannels customerAttributes',
  ],
  [
    'customer-one-time-actions-by-date',
    'customers/GetCustomerOneTimeActionsByDate',
    'day',
    'customerAttributes',
  ],
  [
    'customer-one-time-actions-by-campaign',
    'customers/GetCustomerOneTimeActionsByCampaign',
    'campaigns',
    'executionChannels customerAttributes',
  ],
  [
    'customer-attribute-changers',
    'customers/GetCustomerAttributeChangers',
    'none',
    'changedCustomerAttribute customerAttributes',
  ],
  [
    'customer-future-values',
    'customers/GetCustomerFutureValues',
    'none',
    'lifecycleStages customerAttribute',
  ],
  ['customer-action-details-by-date', 'customers/GetCustomerActionDetailsByDate', 'day', ''],
  ['customer-action-ended-by-date', 'customers/GetCustomersActionEndedByDate', 'day', ''],
  [
    'customer-execution-details-by-campaign',
    'customers/GetCustomerExecutionDetailsByCampaign',
    'campaigns',
    'executionChannels customerAttributes',
  ],
  [
    'customer-send-details-by-campaign',
    'customers/GetCustomerSendDetailsByCampaign',
    'campaigns',
    'executionChannels',
  ],
  [
    'customer-send-details-by-channel',
    'customers/GetCustomerSendDetailsByChannel',
    'campaigns',
    'executionChannels customerAttributes',
  ],
  ['currently-targeted-customers', 'customers/GetCurrentlyTargetedCustomers', 'none', ''],
  ['customer-product-details-by-date', 'customers/GetCustomerProductDetailsByDate', 'day', ''],
  [
    'campaign-interaction-customers',
    'customers/GetCampaignInteractionCustomers',
    'day',
    'executionChannels events',
  ],
  [
    'customers-activity-event-attributes',
    'customers/GetCustomersActivityEventAttributes',
    'day',
    'activityEvents',
  ],
  ['target-groups-by-date', 'groups/GetTargetGroupsByDate', 'day', ''],
  ['target-group-details', 'groups/GetTargetGroupDetails', 'none', ''],
  ['all-actions', 'actions/GetAllActions', 'none', ''],
  ['actions-by-target-group', 'actions/GetActionsByTargetGroup', 'day', 'targetGroups'],
  ['promo-codes', 'actions/GetPromoCodes', 'day', ''],
  ['promo-codes-by-campaign', 'actions/GetPromoCodesByCampaign', 'campaigns', 'executionChannels'],
  ['promo-codes-by-target-group', 'actions/GetPromoCodesByTargetGroup', 'day', 'targetGroups'],
  ['action-details-by-target-group', 'actions/GetActionDetailsByTargetGroup', 'day', 'targetGroups'],
  ['executed-campaign-details', 'actions/GetExecutedCampaignDetails', 'day', ''],
  ['execution-channels', 'actions/GetExecutionChannels', 'none', ''],
  [
    'executed-campaign-channel-details',
    'actions/GetExecutedCampaignChannelDetails',
    'campaigns',
    'executionChannels',
  ],
  ['executed-campaigns-by-channel', 'actions/GetExecutedCampaignsByChannel', 'day', 'executionChannels'],
];

test('the catalogue holds the 27 reports, in the walkthrough’s order', () => {
  expect(reports.map(({ number }) => number)).toEqual(Array.from({ length: 27 }, (_, at) => at + 1));
  expect(
    reports.map(({ slug, endpoint, time, filters }) => [slug, endpoint, time, filters.join(' ')]),
  ).toEqual(catalogue);
});

test('control groups can be asked for in the reports 2, 3 and 4 alone', () => {
  expect(reports.filter(({ controlGroup }) => controlGroup).map(({ number }) => number)).toEqual([2, 3, 4]);
});

test('parameters that are always sent are those of the reports 2 and 10', () => {
  const sent = reports.filter(({ parameters }) => Object.keys(parameters).length > 0);
  expect(sent.map(({ number, parameters }) => [number, parameters])).toEqual([
    [2, { IncludeRecipientGroupID: 'true' }],
    [10, { IncludeTemplateIDs: 'true' }],
  ]);
});

test('the key of report 3 alone is not unique', () => {
  expect(reports.filter(({ keyIsUnique }) => !keyIsUnique).map(({ number }) => number)).toEqual([3]);
});

test('snapshots are dated: report 5 by its data, reports 6 and 12 by the run', () => {
  const dated = reports.filter(({ snapshot }) => snapshot).map(({ number, snapshot }) => [number, snapshot]);
  expect(dated).toEqual([
    [5, { column: 'data_date', day: 'lastDataUpdate', keepsOtherDays: true }],
    [6, { column: 'snapshot_date', day: 'run', keepsOtherDays: false }],
    [12, { column: 'snapshot_date', day: 'run', keepsOtherDays: false }],
  ]);
});

test('what lists of a day can leave out, and a call whose refusal is “no rows”, is declared', () => {
  const pruned = reports.filter(({ prunedBy }) => prunedBy).map(({ number, prunedBy }) => [number, prunedBy]);
  expect(pruned).toEqual([
    [1, 'actionsAndRecipients'],
    [2, 'groups'],
    [19, 'groups'],
    [22, 'groups'],
    [23, 'groupsWithActions'],
  ]);
  const refusable = reports.filter((report) => refusableParameter(report) !== undefined);
  expect(refusable.map(({ number }) => number)).toEqual([1]);
});

describe.each(reports)('$number $slug', (report) => {
  const { columns } = report;
  const names = columns.map(({ name }) => name);

  test('has columns of distinct snake_case names, the stamped ones first', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(names.map(snakeCase)).toEqual(names);
    const stamped = columns.map(({ from }) => from);
    expect(stamped).toEqual([...stamped].sort((one, other) => (one === other ? 0 : one === 'call' ? -1 : 1)));
  });

  test('has a column for every value that its calls run over', () => {
    const missing = report.axes.flatMap(stampsOf).filter((name) => !names.includes(name));
    expect(missing).toEqual([]);
    if (report.snapshot) expect(names).toContain(report.snapshot.column);
  });

  test('stamps nothing that its calls do not run over', () => {
    const known = [...report.axes.flatMap(stampsOf), report.snapshot?.column];
    const strangers = columns.filter(({ from, name }) => from === 'call' && !known.includes(name));
    expect(strangers).toEqual([]);
  });

  test('has a key of columns it has, and of a day where it has one', () => {
    expect(report.key.length).toBeGreaterThan(0);
    expect(report.key.filter((name) => !names.includes(name))).toEqual([]);
    const day = { day: /^(date|end_date)$/, campaigns: /^found_on$/, none: /./ }[report.time];
    expect(report.key[0]).toMatch(day);
  });

  test('pages where it lists customers', () => {
    expect(report.pages).toBe(report.endpoint.startsWith('customers/'));
  });

  test('has a filter for each axis that chooses', () => {
    const chosen = report.axes.flatMap(({ over }) =>
      over === 'day' || over === 'recipientGroup' || over === 'lifecycleStageOrAttribute'
        ? []
        : over === 'campaign'
          ? ['executionChannels']
          : [over],
    );
    expect(report.filters.filter((name) => !/Attributes?$|lifecycle/.test(name))).toEqual(
      chosen.filter((name) => name !== 'changedCustomerAttribute'),
    );
  });

  test('cannot be changed by anybody', () => {
    expect(Object.isFrozen(report)).toBe(true);
    expect(Object.isFrozen(report.columns) && report.columns.every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(report.axes) && Object.isFrozen(report.parameters)).toBe(true);
  });

  test('is found by its name and by its endpoint', () => {
    expect(findReport(report.slug)).toBe(report);
    expect(findReportByEndpoint(report.endpoint.toUpperCase())).toBe(report);
  });
});

test('an unknown name finds nothing', () => {
  expect(findReport('customers-by-acton')).toBeUndefined();
  expect(findReportByEndpoint('customers/GetNothing')).toBeUndefined();
});

test('report 8 bears the day asked for beside the day of its rows', () => {
  const columns = reportBySlug('customer-action-ended-by-date').columns;
  expect(columns.filter(({ source }) => source === 'Date').map(({ name, from }) => [name, from])).toEqual([
    ['end_date', 'call'],
    ['date', 'answer'],
  ]);
});

test('reports that the API does not document say so', () => {
  for (const number of [13, 14, 15]) {
    expect(reports[number - 1]?.notes).toMatch(/not publicly documented|publicly documented/);
    expect(reports[number - 1]?.notes).toMatch(/overrides/);
  }
});

function stampsOf(axis: Axis): string[] {
  switch (axis.over) {
    case 'day':
      return [axis.stamp];
    case 'campaign':
      return ['found_on', 'campaign_id', ...(axis.channel === 'always' ? ['channel_id'] : [])];
    case 'lifecycleStageOrAttribute':
      return ['lifecycle_stage_id', 'customer_attribute', 'customer_attribute_value'];
    default:
      return [snakeCase(axis.parameter)];
  }
}
