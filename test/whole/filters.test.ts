import { describe, expect, it } from 'vitest';
import type { RunEnd } from '#control/run-end';
import { reports } from '#domain/catalogue/index';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import type { World } from '#simulator/world/world';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import { withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-02');
const both = days.length;
const required: Readonly<Record<string, object>> = {
  'customer-attribute-changers': { changedCustomerAttribute: 'Note' },
  'campaign-interaction-customers': { events: ['sent'] },
  'customers-activity-event-attributes': { activityEvents: [1] },
};
const tableOf = (slug: string) => slug.replaceAll('-', '_');
const rivers = Object.fromEntries(
  reports.map(({ slug, time }) => [
    slug,
    {
      report: slug,
      ...(time !== 'none' && { period: { start: days[0], end: days.at(-1) } }),
      filters: required[slug] ?? {},
      target: { table: tableOf(slug) },
    },
  ]),
);

/** A filter as a person writes it, what it comes to, and the calls that a run makes for it. */
interface Example {
  readonly filters: object;
  readonly wanted: Wanted;
  readonly calls: (world: World) => number;
}
const example = (filters: object, wanted: Wanted, calls: Example['calls']): Example => ({
  filters,
  wanted,
  calls,
});

const action = (filter: readonly (string | number)[], actions: readonly number[], lists: number) =>
  example({ actions: filter }, { actions }, () => lists + both * actions.length * 10);
const groups = example({ targetGroups: ['NEW uk', 14] }, { targetGroups: [9, 14] }, () => 1 + both * 2);
const channels = (calls: Example['calls']) =>
  example({ executionChannels: ['optiMAIL', 505] }, { channels: [504, 505] }, (world) => 1 + calls(world));
const pairs = (world: World) =>
  both * 2 + world.rowCount('executed-campaigns-by-channel', { days, channels: [504, 505] });
const campaigns = (world: World) => {
  const found = world.rows('executed-campaigns-by-channel', { days, channels: [504, 505] });
  return both * 2 + new Set(found.map(({ Date: day, CampaignID }) => `${day} ${CampaignID}`)).size;
};
const stages = (filter: readonly (string | number)[], wanted: readonly number[], lists: number) =>
  example({ lifecycleStages: filter }, { stages: wanted }, () => lists + wanted.length);
const events = (filter: readonly (string | number)[], wanted: readonly number[]) =>
  example({ events: filter }, { events: wanted }, () => 1 + both * 3 * wanted.length);

const examples: readonly [Slug, string, Example][] = [
  ['customers-by-action', 'ids cost no list call', action([12, 15], [12, 15], 0)],
  [
    'customers-by-action',
    'a name is all that bear it, whatever its case',
    action(['10% bonus'], [15, 21], 1),
  ],
  ['customers-by-action', 'what is named twice is pulled once', action(['free SPINS', 12, '12'], [12], 1)],
  ['customers-by-action', 'digits that match no name are an id', action(['15'], [15], 1)],
  ['customers-by-action', 'digits that a name is made of are the name', action(['2026'], [30], 1)],
  [
    'customers-by-action',
    'names of more than letters',
    action(["o'brien's \\ back\tslash", 'Line one\nline TWO', 'überraschung 🎁'], [27, 33, 18], 1),
  ],
  ['customers-by-action', 'an id that nobody bears brings no rows', action([999], [999], 0)],
  ['customer-actions-by-target-group', 'target groups', groups],
  ['actions-by-target-group', 'target groups', groups],
  ['promo-codes-by-target-group', 'target groups', groups],
  ['action-details-by-target-group', 'target groups', groups],
  ['customer-actions-by-target-group', 'channels, for all groups', channels(() => 1 + both * 4 * 2)],
  ['customer-one-time-actions-by-campaign', 'channels: their rows alone', channels(pairs)],
  ['customer-execution-details-by-campaign', 'channels: their rows alone', channels(pairs)],
  ['customer-send-details-by-channel', 'channels: their rows alone', channels(pairs)],
  ['executed-campaign-channel-details', 'channels: their rows alone', channels(pairs)],
  ['customer-send-details-by-campaign', 'channels choose campaigns, with all rows', channels(campaigns)],
  ['promo-codes-by-campaign', 'channels choose campaigns, with all rows', channels(campaigns)],
  ['executed-campaigns-by-channel', 'channels', channels(() => both * 2)],
  ['campaign-interaction-customers', 'channels', channels(() => both * 2)],
  ['customer-future-values', 'stages by name and id', stages(['churned', 1], [3, 1], 1)],
  ['customer-future-values', 'stages by id alone', stages([2], [2], 0)],
  [
    'customer-future-values',
    'an attribute instead of stages, in one call',
    example(
      { customerAttribute: { name: 'VipLevel', value: 3 } },
      { customerAttribute: { name: 'VipLevel', value: '3' } },
      () => 1,
    ),
  ],
  [
    'campaign-interaction-customers',
    'events by name and code',
    events(['Opened', 3, 'spam_report'], [2, 3, 6]),
  ],
  [
    'campaign-interaction-customers',
    'an event once, however it is written',
    events(['clicked', '3', 3], [3]),
  ],
  [
    'customers-activity-event-attributes',
    'activity events as they are written',
    example(
      { activityEvents: ['007', 'Log in & out', 8] },
      { activityEvents: ['007', 'Log in & out', 8] },
      () => both * 3,
    ),
  ],
  [
    'customer-attribute-changers',
    'several changed attributes',
    example(
      { changedCustomerAttribute: ['Country', 'Last Deposit (€)', 'Country'] },
      { changedAttributes: ['Country', 'Last Deposit (€)'] },
      () => 1 + 2,
    ),
  ],
];

function refused(end: RunEnd) {
  if (end.end !== 'failed') throw new Error(`it did not fail: ${JSON.stringify(end)}`);
  return end;
}

describe('filters', () => {
  // Eight actions: one of them has digits for a name.
  const opened = shareRivers({
    kind: 'sqlite',
    rivers,
    simulator: { size: { actions: 8, rowsPerCall: [0, 6], customers: 300 } },
  });

  it.each(examples)('%s: %s', async (slug, _title, { filters, wanted, calls }) => {
    const house = opened();
    const { simulator } = house;
    simulator.reset();
    // What other filters have loaded before is not to stand beside what these load.
    const result = await house.pull({ river: slug, filters, allowEmptied: true });
    const rows = await expectTable(house, {
      slug,
      table: tableOf(slug),
      wanted: {
        days,
        events: [0],
        snapshotDay: String(result.startedAt).slice(0, 10),
        ...wanted,
      },
    });
    expect(result).toMatchObject({ rows, calls: calls(simulator.world) });
    expect(simulator.stats().calls).toBe(result.calls);
    if (wanted.actions?.includes(999)) expect(rows).toBe(0);
    else expect(rows).toBeGreaterThan(0);
  });

  const unknown: readonly [Slug, object, readonly RegExp[]][] = [
    [
      'customers-by-action',
      { actions: ['Free Spinz'] },
      [/actions\[0\].*"Free Spinz".*"Free Spins" \(12\).*"2026" \(30\)/],
    ],
    [
      'actions-by-target-group',
      { targetGroups: [9, 'Old UK'] },
      [/targetGroups\[1\].*"Old UK".*"New UK" \(9\)/],
    ],
    [
      'customer-send-details-by-campaign',
      { executionChannels: ['Fax'] },
      [/"Fax".*"Optimail" \(504\), "SMS" \(505\)/],
    ],
    ['customer-future-values', { lifecycleStages: ['Old'] }, [/"Old".*"New" \(1\), "Active" \(2\)/]],
    [
      'customer-actions-by-target-group',
      { targetGroups: ['Old UK'], executionChannels: ['Fax'] },
      [/targetGroups\[0\].*"Old UK"/, /executionChannels\[0\].*"Fax"/],
    ],
  ];
  it.each(unknown)('%s: an unknown name fails the run, whose rows stay: %j', async (slug, filters, said) => {
    const { run, pull, sql, simulator } = opened();
    const valid = slug === 'customers-by-action' ? { filters: { actions: [12] } } : {};
    const before = await pull({ river: slug, ...valid });
    simulator.reset();
    const end = refused(await run({ river: slug, filters }));
    expect(end).toMatchObject({
      kind: 'ConfigurationError',
      result: { status: 'failed', chunks: { total: 1, loaded: 0, failed: 1 }, calls: said.length },
    });
    for (const sentence of said) expect(end.message).toMatch(sentence);
    // The lists and nothing else.
    expect(simulator.stats().calls).toBe(said.length);
    const [row] = await sql(`select count(*) as n, max(_run_id) as run from "${tableOf(slug)}"`);
    expect(row).toEqual({ n: before.rows, run: before.runId });
  });

  it('that are empty, or that the report has not, are refused before a run is opened', async () => {
    const { run, simulator } = opened();
    simulator.reset();
    for (const [filters, said] of [
      [{ actions: [] }, /filters\.actions.*at least one/],
      [{ events: [1] }, /no filter events.*it has actions, customerAttributes/],
    ] as const) {
      const end = refused(await run({ river: 'customers-by-action', filters }));
      expect(end).toMatchObject({ kind: 'ConfigurationError', result: { chunks: null } });
      expect(end.message).toMatch(said);
    }
    expect(simulator.stats().calls).toBe(0);
  });
});

describe.concurrent('the filters of a run', () => {
  const report = 'customer-actions-by-target-group';
  const filters = { targetGroups: [9], executionChannels: [504], customerAttributes: ['Country'] };
  const period = { start: days[0], end: days.at(-1) };
  const one = { river: { report, period, filters, target: { table: 'rows' } } };

  it("take the place of the river's key by key, for this run alone", () =>
    withRivers({ kind: 'sqlite', rivers: one }, async (house) => {
      const table = { slug: report, table: 'rows', attributeColumns: ['country'] } as const;
      const wanted = { days, targetGroups: [9], attributes: ['Country'] };
      await house.pull({ river: 'river', filters: { executionChannels: [505] } });
      await expectTable(house, { ...table, wanted: { ...wanted, channels: [505] } });
      await house.pull({ river: 'river' });
      await expectTable(house, { ...table, wanted: { ...wanted, channels: [504] } });
    }));

  it('end the command with 1 where the run has found a name to be unknown', () =>
    withRivers({ kind: 'sqlite', rivers: one }, async ({ river, simulator }) => {
      const { code, stdout } = await river(
        'run',
        'river',
        '--filter',
        'targetGroups=Old UK',
        '--wait',
        '--json',
      );
      expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', rows: 0, calls: 1 });
      expect(JSON.parse(stdout).failedChunks[0].error).toMatch(/"Old UK".*"New UK" \(9\)/);
      expect(code).toBe(1);
      expect(simulator.stats().calls).toBe(1);
    }));
});
