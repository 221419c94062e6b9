import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportBySlug, reports } from '../../src/domain/catalogue/index.ts';
import { expectedRows, tableRows } from '../helpers/expected-table.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import type { AskedSimulator } from '../helpers/with-simulator.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

/** A report as the simulator names it. */
type Slug = Parameters<AskedSimulator['world']['rows']>[0];

const days = [
  '2026-01-01',
  '2026-01-02',
  '2026-01-03',
  '2026-01-04',
  '2026-01-05',
  '2026-01-06',
  '2026-01-07',
];
const attributes = ['Country', 'Last Deposit (€)'];
const attributeColumns = ['country', 'last_deposit'];
const changed = ['Country', 'VipLevel'];

/** What each report is asked beside its period, and what that is for the simulator's own count. */
const asked: Record<string, { filters: object; wanted: object }> = {
  'customer-attribute-changers': {
    filters: { changedCustomerAttribute: changed },
    wanted: { changedAttributes: changed },
  },
  'campaign-interaction-customers': { filters: { events: ['opened', 3] }, wanted: { events: [2, 3] } },
  'customers-activity-event-attributes': {
    filters: { activityEvents: [7, 8] },
    wanted: { activityEvents: [7, 8] },
  },
};

const river = (slug: string) => {
  const { time, filters } = reportBySlug(slug);
  return {
    report: slug,
    ...(time === 'none'
      ? {}
      : { period: { start: days[0], end: days.at(-1) }, chunks: { every: 'daily', size: 3 } }),
    filters: {
      ...asked[slug]?.filters,
      ...(filters.includes('customerAttributes') ? { customerAttributes: attributes } : {}),
    },
    target: { table: `t_${slug.replaceAll('-', '_')}` },
  };
};

const rivers = Object.fromEntries(reports.map(({ slug }) => [slug, river(slug)]));

/** Opened once for all reports of a database; `close` lets it go. */
function openRivers(kind: 'sqlite' | 'pg'): Promise<{ house: Rivers; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const done = Promise.withResolvers<void>();
    const closed = withRivers(
      { kind, rivers, simulator: { lastDataUpdate: '2026-01-07' } },
      async (house) => {
        resolve({
          house,
          close: async () => {
            done.resolve();
            await closed;
          },
        });
        await done.promise;
      },
    );
    closed.catch(reject);
  });
}

/** Calls of design §4's table, worked out from what the tenant has and not from River's planning. */
function callsOf(slug: string, { world }: AskedSimulator): number {
  const { actions, targetGroups, channels, stages } = world.definitions;
  const distinct = (of: Slug, ...keys: string[]) =>
    new Set(world.rows(of, { days }).map((row) => ['Date', ...keys].map((key) => row[key]).join(' '))).size;
  const campaigns = distinct('executed-campaign-details', 'CampaignID');
  const pairs = distinct('executed-campaigns-by-channel', 'ChannelID', 'CampaignID');
  const byGroup = 1 + days.length * targetGroups.length;
  const byPair = 1 + days.length * channels.length + pairs;
  const counts: Record<string, number> = {
    'customers-by-action': 1 + days.length * actions.length * 10,
    'customer-actions-by-target-group': byGroup,
    'customer-one-time-actions-by-campaign': days.length + campaigns,
    'customer-attribute-changers': 1 + changed.length,
    'customer-future-values': 1 + stages.length,
    'customer-execution-details-by-campaign': byPair,
    'customer-send-details-by-campaign': days.length + campaigns,
    'customer-send-details-by-channel': byPair,
    'campaign-interaction-customers': 1 + days.length * channels.length * 2,
    'customers-activity-event-attributes': days.length * 2,
    'actions-by-target-group': byGroup,
    'promo-codes-by-campaign': days.length + campaigns,
    'promo-codes-by-target-group': byGroup,
    'action-details-by-target-group': byGroup,
    'executed-campaign-channel-details': byPair,
    'executed-campaigns-by-channel': 1 + days.length * channels.length,
  };
  return counts[slug] ?? (reportBySlug(slug).time === 'none' ? 1 : days.length);
}

describe.each(warehouseKinds)('every report, into %s', (kind) => {
  let opened: Awaited<ReturnType<typeof openRivers>>;
  beforeAll(async () => {
    opened = await openRivers(kind);
  });
  afterAll(() => opened.close());

  it.each(reports.map(({ slug }) => slug))(
    '%s: the rows the simulator was made with, by the calls of the catalogue',
    async (slug) => {
      const { pull, simulator, sql, warehouse } = opened.house;
      const report = reportBySlug(slug);
      simulator.reset();
      const result = await pull({ river: slug });

      const snapshotDay = result.startedAt?.slice(0, 10) ?? '';
      const wanted = {
        days,
        snapshotDay,
        ...asked[slug]?.wanted,
        ...(report.filters.includes('customerAttributes') ? { attributes } : {}),
      };
      const expected = expectedRows(report, simulator.world.rows(slug as Slug, wanted), wanted.attributes);
      const table = `t_${slug.replaceAll('-', '_')}`;
      const rows = await sql(`select * from ${table}`);
      expect(expected.length).toBeGreaterThan(0);
      expect(tableRows(report, rows, wanted.attributes ? attributeColumns : [])).toEqual(expected);

      expect(result).toMatchObject({
        status: 'succeeded',
        rows: expected.length,
        warnings: [],
        failedChunks: [],
      });
      expect(result.calls).toBe(callsOf(slug, simulator));
      expect(simulator.stats().calls).toBe(result.calls);
      const [{ n: noted } = {}] = await sql(
        `select count(*) as n from river_calls where "run" = '${result.runId}'`,
      );
      expect(Number(noted)).toBe(result.calls);

      expect(new Set(rows.map((row) => row._river))).toEqual(new Set([slug]));
      expect(new Set(rows.map((row) => row._run_id))).toEqual(new Set([result.runId]));
      const chunks =
        report.time === 'none'
          ? [null]
          : ['2026-01-01/2026-01-03', '2026-01-04/2026-01-06', '2026-01-07/2026-01-07'];
      for (const row of rows) expect(chunks).toContain(row._chunk);
      if (report.time !== 'none') {
        const daysLoaded = await sql(
          `select "day", "rows" from river_days where "table" = '${table}' order by "day"`,
        );
        expect(daysLoaded.map(({ day }) => day)).toEqual(days);
        expect(daysLoaded.reduce((all, day) => all + Number(day.rows), 0)).toBe(expected.length);
      }
      expect((await warehouse.tables()).filter((name) => name.startsWith('river_staging'))).toEqual([]);
    },
  );
});
