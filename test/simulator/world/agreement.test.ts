import { expect, it } from 'vitest';
import { toDayNumber, toDayText } from '#simulator/world/calendar';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import type { Row } from '#simulator/world/row-list';
import { createWorld } from '#simulator/world/world';
import { daysBetween } from '../../helpers/days-between.ts';

const week = daysBetween('2026-01-05', '2026-01-11');
const world = createWorld({
  seed: 1,
  firstDay: '2015-01-01',
  lastDataUpdate: '2026-01-31',
  unfinishedDays: 'whole',
});
const rowsOf = (slug: Slug, more: Wanted = {}) => world.rows(slug, { days: week, ...more });
const tuples = (rows: readonly Row[], ...keys: string[]) =>
  new Set(rows.map((row) => JSON.stringify(keys.map((key) => row[key]))));

it('customers by action are those that a target group of the day was run for', () => {
  const ran = tuples(rowsOf('actions-by-target-group'), 'Date', 'RecipientGroupID', 'ActionID');
  const got = tuples(rowsOf('customers-by-action'), 'Date', 'RecipientGroupID', 'ActionID');
  expect([...got].filter((pair) => !ran.has(pair))).toEqual([]);
  expect(got.size).toBeGreaterThan(ran.size / 2);
});

it('customers by action and by target group are the same customers', () => {
  const keys = ['Date', 'ActionID', 'RecipientGroupID', 'CustomerID'];
  expect(tuples(rowsOf('customers-by-action'), ...keys)).toEqual(
    tuples(rowsOf('customer-actions-by-target-group'), ...keys),
  );
});

it('action details by date are customer actions by target group, without the group', () => {
  const keys = ['Date', 'CustomerID', 'ActionID', 'RecipientGroupID', 'ChannelID'];
  expect(tuples(rowsOf('customer-action-details-by-date'), ...keys)).toEqual(
    tuples(rowsOf('customer-actions-by-target-group'), ...keys),
  );
});

it('what ended began `Duration` days earlier, for the same customers', () => {
  const ended = rowsOf('customer-action-ended-by-date');
  for (const row of ended) {
    const began = (toDayNumber(String(row.EndDate)) ?? 0) - Number(row.Duration);
    expect(row.Date).toBe(toDayText(began));
  }
  const days = [...new Set(ended.map((row) => String(row.Date)))];
  const keys = ['Date', 'TargetGroupID', 'ActionID', 'ChannelID', 'CustomerID'];
  const began = tuples(world.rows('customer-actions-by-target-group', { days }), ...keys);
  expect([...tuples(ended, ...keys)].filter((one) => !began.has(one))).toEqual([]);
});

it.each([
  'actions-by-target-group',
  'promo-codes-by-target-group',
  'action-details-by-target-group',
  'customer-actions-by-target-group',
] as const)('%s has rows for target groups of the day alone', (slug) => {
  const ran = tuples(rowsOf('target-groups-by-date'), 'Date', 'TargetGroupID');
  const got = tuples(rowsOf(slug, { includeControlGroup: true }), 'Date', 'TargetGroupID');
  expect([...got].filter((pair) => !ran.has(pair))).toEqual([]);
});

it('some target groups run nothing on some days', () => {
  const ran = rowsOf('target-groups-by-date').length;
  expect(ran).toBeLessThan(week.length * world.definitions.targetGroups.length);
  expect(ran).toBeGreaterThan(week.length);
});

it('promo codes of a day are those of its target groups', () => {
  const keys = ['Date', 'TargetGroupID', 'RecipientGroupID', 'ActionID', 'PromoCode'];
  expect(tuples(rowsOf('promo-codes'), ...keys)).toEqual(
    tuples(rowsOf('promo-codes-by-target-group'), ...keys),
  );
});

it('the campaigns of a day are those of its channels together', () => {
  const details = tuples(rowsOf('executed-campaign-details'), 'Date', 'CampaignID');
  const byChannel = rowsOf('executed-campaigns-by-channel');
  expect(tuples(byChannel, 'Date', 'CampaignID')).toEqual(details);
  expect(byChannel.length).toBeGreaterThan(details.size);
});

it('some campaigns are found on several days, some failed, some recur', () => {
  const details = rowsOf('executed-campaign-details');
  expect(tuples(details, 'CampaignID').size).toBeLessThan(details.length);
  expect(tuples(details, 'Status').size).toBe(2);
  expect(tuples(details, 'IsRecurrence').size).toBe(2);
});

it('some one-time campaigns of a day give equal rows', () => {
  const rows = world.rows('customer-one-time-actions-by-date', {
    days: daysBetween('2026-01-01', '2026-01-31'),
  });
  expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBeLessThan(rows.length);
});

it('chosen channels keep their rows of a campaign, but all rows where the call knows no channel', () => {
  const channels = [504];
  const only = (slug: Slug) =>
    new Set(world.rows(slug, { days: week, channels }).map((row) => row.ChannelID));
  expect(only('customer-one-time-actions-by-campaign')).toEqual(new Set([504]));
  expect(only('customer-execution-details-by-campaign')).toEqual(new Set([504]));
  expect(only('customer-send-details-by-channel')).toEqual(new Set([504]));
  expect(only('executed-campaign-channel-details')).toEqual(new Set([504]));
  expect(only('customer-send-details-by-campaign').size).toBeGreaterThan(1);
});
