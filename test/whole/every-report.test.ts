import { describe, expect, it } from 'vitest';
import { reports } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import type { RunResult } from '#domain/run/run-result';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { reportBySlug } from '../helpers/report-by-slug.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import type { Rivers } from '../helpers/with-rivers.ts';
import type { AskedSimulator } from '../helpers/with-simulator.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const chunks = ['2026-01-01/2026-01-02', '2026-01-03/2026-01-03'];
const attributes = ['Country', 'Last Deposit (€)'];
const attributeColumns = ['country', 'last_deposit'];
const changed = ['Country', 'VipLevel'];

/** What a report is asked beside its period, and what that is for the simulator. */
const asked: Readonly<Record<string, { readonly filters: object; readonly wanted: Wanted }>> = {
  'customer-attribute-changers': {
    filters: { changedCustomerAttribute: changed },
    wanted: { changedAttributes: changed },
  },
  'campaign-interaction-customers': { filters: { events: ['opened', 3] }, wanted: { events: [2, 3] } },
  'customers-activity-event-attributes': {
    filters: { activityEvents: [7, 'Login'] },
    wanted: { activityEvents: [7, 'Login'] },
  },
};
const hasAttributes = ({ filters }: Report) => filters.includes('customerAttributes');
const tableOf = ({ slug }: Report) => `t_${slug.replaceAll('-', '_')}`;

const rivers = Object.fromEntries(
  reports.map((report) => [
    report.slug,
    {
      report: report.slug,
      ...(report.time !== 'none' && {
        period: { start: days[0], end: days.at(-1) },
        chunks: { every: 'daily', size: 2 },
      }),
      filters: {
        ...asked[report.slug]?.filters,
        ...(hasAttributes(report) && { customerAttributes: attributes }),
      },
      target: { table: tableOf(report) },
    },
  ]),
);

/** The calls of the catalogue's table, counted from what the tenant has and not from River's planning. */
function callsOf({ slug, time }: Report, { world }: AskedSimulator): number {
  const { actions, targetGroups, channels, stages } = world.definitions;
  const campaigns = world.rowCount('executed-campaign-details', { days });
  const pairs = world.rowCount('executed-campaigns-by-channel', { days });
  const byGroup = 1 + days.length * targetGroups.length;
  const byCampaign = days.length + campaigns;
  const byPair = 1 + days.length * channels.length + pairs;
  const counts: Readonly<Record<string, number>> = {
    'customers-by-action': 1 + days.length * actions.length * 10,
    'customer-actions-by-target-group': byGroup,
    'customer-one-time-actions-by-campaign': byCampaign,
    'customer-attribute-changers': 1 + 2,
    'customer-future-values': 1 + stages.length,
    'customer-execution-details-by-campaign': byPair,
    'customer-send-details-by-campaign': byCampaign,
    'customer-send-details-by-channel': byPair,
    'campaign-interaction-customers': 1 + days.length * channels.length * 2,
    'customers-activity-event-attributes': days.length * 2,
    'actions-by-target-group': byGroup,
    'promo-codes-by-campaign': byCampaign,
    'promo-codes-by-target-group': byGroup,
    'action-details-by-target-group': byGroup,
    'executed-campaign-channel-details': byPair,
    'executed-campaigns-by-channel': 1 + days.length * channels.length,
  };
  return counts[slug] ?? (time === 'none' ? 1 : days.length);
}

/** The API's own log, and River's, in the same words. */
const logOf = ({ simulator }: Rivers) =>
  simulator.calls().map(({ path, status, rows }) => `${path.split('/')[1]} ${status} ${rows}`);
async function notedOf({ sql }: Rivers, runId: string): Promise<string[]> {
  const calls = await sql(`select "call", "status", "rows" from river_calls where run_id = '${runId}'`);
  return calls.map(({ call, status, rows }) => `${String(call).split('?')[0]} ${status} ${rows}`);
}

/** The column of the day by which rows are replaced; none where a report has no period. */
function dayColumnOf({ slug, time }: Report): string | null {
  if (slug === 'customer-action-ended-by-date') return 'end_date';
  return { day: 'date', campaigns: 'found_on', none: null }[time];
}

/** Each row says which river, run and chunk brought it, and when. */
async function expectProvenance({ sql }: Rivers, report: Report, { runId, startedAt }: RunResult) {
  const rows = await sql(`select * from "${tableOf(report)}"`);
  const declared = report.columns.map(({ name }) => name);
  const provenance = ['_river', '_run_id', '_chunk', '_loaded_at'];
  expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining([...declared, ...provenance]));

  const column = dayColumnOf(report);
  const chunkOf = (day: string) =>
    chunks.find((chunk) => chunk.slice(0, 10) <= day && day <= chunk.slice(11));
  const misplaced = rows.filter(
    (row) =>
      row._river !== report.slug ||
      row._run_id !== runId ||
      row._chunk !== (column === null ? null : chunkOf(String(row[column]))),
  );
  expect(misplaced).toEqual([]);
  const loadedAt = rows.map((row) => Date.parse(String(row._loaded_at)));
  expect(Math.min(...loadedAt)).toBeGreaterThanOrEqual(Date.parse(String(startedAt)));
  expect(Math.max(...loadedAt)).toBeLessThanOrEqual(Date.now());
}

/** `river_days` says of each day what the table has of it; report 5 stands under the day of its data. */
async function expectDays({ sql }: Rivers, report: Report, { runId }: RunResult) {
  const table = tableOf(report);
  const column = report.snapshot?.keepsOtherDays ? report.snapshot.column : dayColumnOf(report);
  const counted =
    column === null
      ? []
      : await sql(`select "${column}" as d, count(*) as n from "${table}" group by "${column}"`);
  const inTable = new Map(counted.map(({ d, n }) => [String(d), Number(n)]));
  const loaded = report.time === 'none' ? [...inTable.keys()] : days;
  const inManifest = await sql(
    `select "day", "rows", run_id from river_days where target = '${table}' order by "day"`,
  );
  expect(inManifest.map(({ day, rows, run_id }) => [day, Number(rows), run_id])).toEqual(
    loaded.map((day) => [day, inTable.get(day) ?? 0, runId]),
  );
}

describe.each(warehouseKinds)('every report, into %s', (kind) => {
  const rivered = shareRivers({
    kind,
    rivers,
    simulator: { lastDataUpdate: '2026-01-03', size: { actions: 2, rowsPerCall: [0, 6], customers: 300 } },
  });

  it.each(reports.map(({ slug }) => slug))(
    '%s: all its rows, by the calls of the catalogue',
    async (slug) => {
      const house = rivered();
      const report = reportBySlug(slug);
      house.simulator.reset();
      const result = await house.pull({ river: slug });

      const rows = await expectTable(house, {
        slug: slug as Slug,
        table: tableOf(report),
        wanted: {
          days,
          snapshotDay: String(result.startedAt).slice(0, 10),
          ...asked[slug]?.wanted,
          ...(hasAttributes(report) && { attributes }),
        },
        attributeColumns: hasAttributes(report) ? attributeColumns : [],
      });
      expect(rows).toBeGreaterThan(0);
      const calls = callsOf(report, house.simulator);
      const total = report.time === 'none' ? 1 : chunks.length;
      expect(result).toMatchObject({
        status: 'succeeded',
        chunks: { total, loaded: total, failed: 0, skipped: 0 },
        rows,
        calls,
        warnings: [],
        failedChunks: [],
      });
      expect(logOf(house)).toHaveLength(calls);
      expect((await notedOf(house, result.runId)).sort()).toEqual(logOf(house).sort());
      await expectProvenance(house, report, result);
      await expectDays(house, report, result);
      const tables = await house.warehouse.tables();
      expect(tables.filter((name) => name.startsWith('river_staging'))).toEqual([]);
    },
  );
});
