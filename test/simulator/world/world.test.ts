import { describe, expect, it } from 'vitest';
import { reports } from '#domain/catalogue/index';
import type { WorldOptions } from '#simulator/world/core';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import { defaultAttributes } from '#simulator/world/population';
import { createWorld } from '#simulator/world/world';
import { daysBetween } from '../../helpers/days-between.ts';

function aWorld(changes: Partial<WorldOptions> = {}) {
  return createWorld({
    seed: 1,
    firstDay: '2015-01-01',
    lastDataUpdate: '2026-01-31',
    unfinishedDays: 'whole',
    ...changes,
  });
}
const week = daysBetween('2026-01-05', '2026-01-11');
const wanted: Wanted = {
  days: week,
  changedAttributes: ['Country', 'Note'],
  events: [0, 2, 9],
  activityEvents: ['login', 7],
  attributes: ['Country', 'Note'],
  includeControlGroup: true,
};
const slugs = reports.map((report) => report.slug as Slug);

describe.each(slugs)('%s', (slug) => {
  it('has rows, as many as were counted, the same for the same seed, others for another', () => {
    const rows = aWorld().rows(slug, wanted);
    expect(rows.length).toBeGreaterThan(0);
    expect(aWorld().rowCount(slug, wanted)).toBe(rows.length);
    expect(aWorld().rows(slug, wanted)).toEqual(rows);
    if (!['all-actions', 'execution-channels', 'target-group-details'].includes(slug)) {
      expect(aWorld({ seed: 2 }).rows(slug, wanted)).not.toEqual(rows);
    }
  });

  it('its rows are those of its days, one after the other', () => {
    const world = aWorld();
    const dated = reports.find((report) => report.slug === slug)?.time !== 'none';
    const byDay = week.flatMap((day) => world.rows(slug, { ...wanted, days: [day] }));
    if (dated) expect(byDay).toEqual(world.rows(slug, wanted));
    else expect(world.rows(slug, { ...wanted, days: [] })).toEqual(world.rows(slug, wanted));
  });
});

it('days before the first have no rows, days after the last data update as the tenant shows them', () => {
  const count = (changes: Partial<WorldOptions>) =>
    aWorld(changes).rowCount('customer-action-details-by-date', { days: ['2026-01-10'] });
  const whole = count({});
  const beforeFirst = { firstDay: '2026-01-11' };
  const unfinished = { lastDataUpdate: '2026-01-09' };
  expect(count(beforeFirst)).toBe(0);
  expect(count(unfinished)).toBe(whole);
  expect(count({ ...unfinished, unfinishedDays: 'empty' })).toBe(0);
  const partial = count({ ...unfinished, unfinishedDays: 'partial' });
  expect(partial).toBeGreaterThan(0);
  expect(partial).toBeLessThan(whole);
});

it('a customer has one value of an attribute, in every report and on every day', () => {
  const world = aWorld();
  const attributes = ['FirstName', 'Note'];
  const values = new Map<unknown, unknown>();
  for (const slug of ['customers-by-action', 'customer-send-details-by-channel'] as const) {
    for (const { CustomerID, CustomerAttributes } of world.rows(slug, { days: week, attributes })) {
      expect(values.get(CustomerID) ?? CustomerAttributes).toEqual(CustomerAttributes);
      values.set(CustomerID, CustomerAttributes);
    }
  }
  expect(values.size).toBeGreaterThan(100);
});

it('ids and texts hold what breaks careless programs', () => {
  const rows = aWorld().rows('customers-by-action', { days: week, attributes: defaultAttributes });
  const ids = rows.map((row) => String(row.CustomerID));
  expect(ids.some((id) => id.startsWith('00'))).toBe(true);
  expect(ids.some((id) => Number(id) > Number.MAX_SAFE_INTEGER)).toBe(true);
  const values = rows.flatMap((row) => row.CustomerAttributes as (string | null)[]);
  expect(values).toContain(null);
  expect(values).toContain('');
  for (const hostile of ['"', "'", '\t', '\n', '\\', '🎰', '東', ',']) {
    expect(
      values.some((value) => value?.includes(hostile)),
      hostile,
    ).toBe(true);
  }
});

it('no customer id is borne by two customers', () => {
  const { population } = aWorld({ size: { customers: 50_000 } });
  const ids = new Set(
    Array.from({ length: population.size }, (_, customer) => population.customerId(customer)),
  );
  expect(ids.size).toBe(50_000);
});

it('counts vary from call to call, none and more than thirty among them', () => {
  const world = aWorld();
  const counts = week.flatMap((day) =>
    [1, 2, 3, 4, 5, 6, 7].map(
      (group) =>
        world
          .rows('customers-by-action', { days: [day], actions: [12] })
          .filter((row) => row.RecipientGroupID === group).length,
    ),
  );
  expect(counts).toContain(0);
  expect(Math.max(...counts)).toBeGreaterThan(30);
});

it('natural keys of the catalogue tell all rows apart, for many seeds', () => {
  const columnKey: Readonly<Record<string, string>> = {
    end_date: 'EndDate',
    found_on: 'FoundOn',
    data_date: 'DataDate',
    snapshot_date: 'SnapshotDate',
  };
  for (const seed of ['a', 'b', 'c']) {
    const world = aWorld({ seed, size: { rowsPerCall: [0, 60], campaignsPerDay: [0, 6] } });
    for (const report of reports.filter(({ keyIsUnique }) => keyIsUnique)) {
      const sources = report.key.map(
        (name) => columnKey[name] ?? report.columns.find((column) => column.name === name)?.source ?? name,
      );
      const rows = world.rows(report.slug as Slug, { ...wanted, snapshotDay: '2026-02-01' });
      const keys = new Set(rows.map((row) => JSON.stringify(sources.map((source) => row[source]))));
      expect(keys.size, `${report.slug} with seed ${seed}`).toBe(rows.length);
      const everyKey = rows.every((row) => sources.every((source) => row[source] !== undefined));
      expect(everyKey, `${report.slug} has its whole key`).toBe(true);
    }
  }
});

it('tens of thousands of rows with two attributes are made at once', () => {
  const world = aWorld({ size: { rowsPerCall: [5000, 5000], busyShare: 1 } });
  const rows = world.rows('customers-by-action', { days: ['2026-01-05'], attributes: ['Country', 'Note'] });
  expect(rows).toHaveLength(4 * 6 * 5000);
});
