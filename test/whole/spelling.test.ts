import { describe, expect, it } from 'vitest';
import type { Spelling } from '#simulator/faults/fault-kinds';
import { emptyWays } from '#simulator/http-messages';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import { daysBetween } from '../helpers/days-between.ts';
import { type ExpectedTable, expectTable } from '../helpers/expected-table.ts';
import { reportBySlug } from '../helpers/report-by-slug.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import type { Rivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-02');
const attributes = ['Country', 'Note'];
const special: Readonly<Record<string, { readonly filters: object; readonly wanted: Wanted }>> = {
  'customers-by-action': { filters: { actions: [12] }, wanted: { actions: [12] } },
  'customer-attribute-changers': {
    filters: { changedCustomerAttribute: 'VipLevel' },
    wanted: { changedAttributes: ['VipLevel'] },
  },
  'campaign-interaction-customers': { filters: { events: ['opened'] }, wanted: { events: [2] } },
};
const hasAttributes = (slug: Slug) => reportBySlug(slug).filters.includes('customerAttributes');
const tableOf = (slug: Slug) => slug.replaceAll('-', '_');

const byCampaign = [
  'customer-one-time-actions-by-campaign',
  'customer-execution-details-by-campaign',
  'customer-send-details-by-campaign',
  'customer-send-details-by-channel',
  'executed-campaign-channel-details',
] as const satisfies readonly Slug[];
const all = [
  ...byCampaign,
  'customers-by-action',
  'customer-actions-by-target-group',
  'customer-attribute-changers',
  'customer-future-values',
  'customer-action-ended-by-date',
  'campaign-interaction-customers',
  'actions-by-target-group',
  'executed-campaign-details',
  'execution-channels',
  'executed-campaigns-by-channel',
] as const satisfies readonly Slug[];

const riverOf = (slug: Slug) => ({
  report: slug,
  ...(reportBySlug(slug).time !== 'none' && { period: { start: days[0], end: days.at(-1) } }),
  filters: { ...special[slug]?.filters, ...(hasAttributes(slug) && { customerAttributes: attributes }) },
  target: { table: tableOf(slug) },
});
const rivers = Object.fromEntries(all.map((slug) => [slug, riverOf(slug)]));

/** Pulls a report and holds its table against the simulator's rows. */
async function expectPulled(house: Rivers, slug: Slug, more: Partial<ExpectedTable> = {}): Promise<void> {
  await house.sql(`drop table if exists "${tableOf(slug)}"`);
  const { startedAt } = await house.pull({ river: slug });
  const wanted = {
    days,
    snapshotDay: String(startedAt).slice(0, 10),
    ...special[slug]?.wanted,
    ...(hasAttributes(slug) && { attributes }),
  };
  const attributeColumns = hasAttributes(slug) ? ['country', 'note'] : [];
  expect(
    await expectTable(house, { slug, table: tableOf(slug), wanted, attributeColumns, ...more }),
  ).toBeGreaterThan(0);
}

type Row = Parameters<NonNullable<ExpectedTable['spelled']>>[0];

/** Joined to one text, a value that is not there and one that is empty are the same. */
const asJoined = (row: Row): Row =>
  row.CustomerAttributes
    ? { ...row, CustomerAttributes: (row.CustomerAttributes as unknown[]).map((value) => value ?? '') }
    : row;
const withSurprise = (row: Row): Row => ({ ...row, SurpriseField: 'new "here"' });

/** How a tenant spells, the reports in which it shows, and what that makes of a row. */
interface Drift {
  readonly spelling: Spelling;
  readonly slugs: readonly Slug[];
  readonly spelled?: (row: Row) => Row;
}
const drifts: readonly Drift[] = [
  {
    spelling: 'channelId',
    slugs: ['execution-channels', 'executed-campaigns-by-channel', 'customer-one-time-actions-by-campaign'],
  },
  {
    spelling: 'templateId',
    slugs: ['customer-send-details-by-campaign', 'campaign-interaction-customers'],
  },
  {
    spelling: 'idsAsText',
    slugs: [
      'customer-execution-details-by-campaign',
      'executed-campaign-channel-details',
      'customer-future-values',
    ],
  },
  {
    spelling: 'attributesAsText',
    slugs: ['customers-by-action', 'customer-attribute-changers'],
    spelled: asJoined,
  },
  { spelling: 'booleansAsText', slugs: ['executed-campaign-details'] },
  { spelling: 'nullWord', slugs: ['customer-attribute-changers'] },
  { spelling: 'changersPlural', slugs: ['customer-attribute-changers'] },
  {
    spelling: 'extraField',
    slugs: ['customers-by-action', 'executed-campaign-channel-details'],
    spelled: withSurprise,
  },
];

describe('a tenant that spells otherwise', () => {
  const opened = shareRivers({ kind: 'sqlite', rivers });

  it.each(all)('all at once: the same rows of %s', async (slug) => {
    const house = opened();
    const spellings = drifts.map(({ spelling }) => spelling);
    house.simulator.setFaults([{ kind: 'drift', spellings }]);
    await expectPulled(house, slug, { spelled: (row) => withSurprise(asJoined(row)) });
  });

  it.each([[['bigIntegers']], [['bigIntegers', 'idsAsText']]] as const)(
    'numbers too large for a double keep all their digits: %j',
    async (spellings) => {
      const house = opened();
      const { pull, simulator, sql } = house;
      simulator.setFaults([{ kind: 'drift', spellings }]);
      await pull({ river: 'executed-campaign-channel-details' });
      // Asked as text: the driver of SQLite would round a number.
      const rows = await sql(
        'select cast(template_id as varchar(30)) as id from executed_campaign_channel_details',
      );
      const made = simulator.world.rows('executed-campaign-channel-details', { days });
      const digits = made.map(({ TemplateID }) => String(2n ** 53n + 1n + BigInt(Number(TemplateID))));
      expect(new Set(digits).size).toBeGreaterThan(1);
      expect(rows.map(({ id }) => String(id)).sort()).toEqual(digits.sort());
    },
  );

  it('a field that goes away again leaves its column, and nothing in it', async () => {
    const { simulator, pull, sql } = opened();
    const river = 'customers-by-action';
    const surprises = async () => {
      await pull({ river });
      return Number((await sql('select count(surprise_field) as n from customers_by_action'))[0]?.n);
    };
    simulator.setFaults([{ kind: 'drift', spellings: ['extraField'] }]);
    expect(await surprises()).toBeGreaterThan(0);
    simulator.setFaults([]);
    expect(await surprises()).toBe(0);
  });
});

describe('a tenant that spells one thing otherwise', () => {
  const opened = shareRivers({ kind: 'sqlite', rivers });

  it.each(drifts)('$spelling: the same rows', async ({ spelling, slugs, spelled }) => {
    const house = opened();
    house.simulator.setFaults([{ kind: 'drift', spellings: [spelling] }]);
    for (const slug of slugs) await expectPulled(house, slug, spelled && { spelled });
  });

  it.each(emptyWays)('no rows as %s: the same rows', async (as) => {
    const house = opened();
    house.simulator.reset();
    // A list call that is answered with 404 is another matter: the base URL may be wrong.
    house.simulator.setFaults([{ kind: 'empty', as, match: { endpoint: 'customers/*' } }]);
    await expectPulled(house, 'customers-by-action');
    expect(house.simulator.stats().byStatus).toHaveProperty(as === '204' || as === '404' ? as : '200');
  });
});
