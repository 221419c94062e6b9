import { describe, expect, test } from 'vitest';
import { resolveSelection } from '#domain/call/selection';
import { eventCodes } from '#domain/catalogue/lists';
import { ConfigurationError } from '#domain/errors';
import type { Filters } from '#domain/river/filters';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const actions = [
  { id: 1, name: '10% Bonus' },
  { id: 2, name: 'Free Spins' },
  { id: 3, name: 'free spins' },
  { id: 4, name: '1999' },
  { id: 5, name: ' Tre\u0300s\u00a0actifs\t' },
  { id: 6, name: 'Tr\u00e8s actifs' },
  { id: 7, name: '' },
];
const byAction = (filter: Filters['actions']) =>
  resolveSelection(reportBySlug('customers-by-action'), { actions: filter }, { actions }).actions;

test.each<[given: Filters['actions'], ids: (number | string)[]]>([
  [undefined, [1, 2, 3, 4, 5, 6, 7]],
  [[12], [12]],
  [['10% bonus'], [1]],
  [['FREE SPINS'], [2, 3]],
  [['1999'], [4]],
  [['12'], [12]],
  [[' 12\u00a0'], [12]],
  [['012'], [12]],
  [['9007199254740993'], ['9007199254740993']],
  [['\u3000TR\u00c8S  actifs'], [5, 6]],
  [['TRE\u0300S\u2009Actifs'], [5, 6]],
  [
    [3, 'Free Spins', 3, '3'],
    [3, 2],
  ],
])('actions %j come to %j', (given, ids) => {
  expect(byAction(given)).toEqual(ids);
});

test('digits beyond every id are an unknown name', () => {
  expect(() => byAction(['99999999999999999999'])).toThrow(ConfigurationError);
});

test('blanks alone are an unknown name, though some bear none', () => {
  expect(() => byAction([' \u00a0'])).toThrow(/there is no " \u00a0"/);
});

test('unknown names are told all together, with what there is', () => {
  const faulty = () => byAction(['10% Bonsu', 1, 'Spins']);
  expect(faulty).toThrow(ConfigurationError);
  expect(faulty).toThrow(/actions\[0\]: there is no "10% Bonsu"; there are "10% Bonus" \(1\), /);
  expect(faulty).toThrow(/actions\[2\]: there is no "Spins"/);
});

test('of a long list twenty are named, and how many more there are', () => {
  const many = Array.from({ length: 25 }, (_, at) => ({ id: at, name: `Action ${at}` }));
  const faulty = () =>
    resolveSelection(reportBySlug('customers-by-action'), { actions: ['x'] }, { actions: many });
  expect(faulty).toThrow(/"Action 19" \(19\) and 5 more\./);
});

describe('a filter that is left out', () => {
  const answers = {
    executionChannels: [{ id: 504, name: 'Optimail' }],
    targetGroups: [{ id: 9, name: 'UK' }],
  };
  const left = (slug: string) => resolveSelection(reportBySlug(slug), {}, answers);

  test('means all where each call needs a value', () => {
    expect(left('customer-execution-details-by-campaign')).toEqual({ executionChannels: [504] });
    expect(left('executed-campaigns-by-channel')).toEqual({ executionChannels: [504] });
  });

  test('is left out of the selection where calls do without it', () => {
    expect(left('customer-actions-by-target-group')).toEqual({ targetGroups: [9] });
    expect(left('customer-one-time-actions-by-campaign')).toEqual({});
    expect(left('promo-codes-by-campaign')).toEqual({});
  });

  test.each([
    ['customer-attribute-changers', 'changedCustomerAttribute'],
    ['campaign-interaction-customers', 'events'],
    ['customers-activity-event-attributes', 'activityEvents'],
  ])('is refused by %s where it is required: %s', (slug, filter) => {
    expect(() => left(slug)).toThrow(ConfigurationError);
    expect(() => left(slug)).toThrow(new RegExp(`filters\\.${filter}: ${slug} needs it`));
  });
});

describe('events', () => {
  const events = (given: (string | number)[]) =>
    resolveSelection(
      reportBySlug('campaign-interaction-customers'),
      { events: given, executionChannels: [504] },
      {},
    ).events;

  test('have the codes that Optimove gives them', () => {
    expect(eventCodes).toEqual({
      sent: 0,
      delivered: 1,
      opened: 2,
      clicked: 3,
      unsubscribed: 4,
      dropped: 5,
      spam_report: 6,
      bounced: 9,
    });
    expect(events(['sent', 'Bounced', 'spam_report', 2, '7', 'opened'])).toEqual([0, 9, 6, 2, 7]);
  });

  test('of an unknown name are refused with the names there are', () => {
    expect(() => events(['openned'])).toThrow(ConfigurationError);
    expect(() => events(['openned'])).toThrow(/no "openned"; there are "sent" \(0\), .*"bounced" \(9\)/);
  });
});

test('activity events are taken as written, each once', () => {
  const report = reportBySlug('customers-activity-event-attributes');
  const { activityEvents } = resolveSelection(
    report,
    { activityEvents: ['Login', 7, 'login', 'Login', '7'] },
    {},
  );
  expect(activityEvents).toEqual(['Login', 7, 'login']);
});

test('one changed attribute may be given without a list', () => {
  const report = reportBySlug('customer-attribute-changers');
  const selection = resolveSelection(
    report,
    { changedCustomerAttribute: 'Brand', customerAttributes: ['Country'] },
    { dataDate: '2026-01-08' },
  );
  expect(selection).toEqual({
    changedCustomerAttribute: ['Brand'],
    customerAttributes: ['Country'],
    dataDate: '2026-01-08',
  });
});

test('report 6 takes stages, or one attribute’s value as text', () => {
  const report = reportBySlug('customer-future-values');
  const lifecycleStages = [{ id: 1, name: 'New' }];
  expect(resolveSelection(report, { lifecycleStages: ['new', 5] }, { lifecycleStages })).toEqual({
    lifecycleStages: [1, 5],
  });
  expect(resolveSelection(report, { customerAttribute: { name: 'Tier', value: 3 } }, {})).toEqual({
    customerAttribute: { name: 'Tier', value: '3' },
  });
});
