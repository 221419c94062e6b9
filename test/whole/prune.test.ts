import { describe, expect, it } from 'vitest';
import { shareRivers } from '../helpers/share-rivers.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { oneWarehouse } from '../helpers/with-warehouse.ts';

const reports = [
  'customers-by-action',
  'customer-actions-by-target-group',
  'actions-by-target-group',
  'promo-codes-by-target-group',
  'action-details-by-target-group',
];

const day = '2026-01-01';
const period = { start: day, end: day };

/** Many actions and groups, few of which run on a day. */
const manyActions = { size: { actions: 20, targetGroups: 8, recipientGroups: [1, 2], busyShare: 0.15 } };

const rivers = Object.fromEntries(
  reports.flatMap((report) => [
    [`${report}-whole`, { report, period, target: { table: `whole_${report.replaceAll('-', '_')}` } }],
    [
      `${report}-pruned`,
      { report, period, prune: true, target: { table: `pruned_${report.replaceAll('-', '_')}` } },
    ],
  ]),
);

async function contentOf({ sql }: Rivers, table: string): Promise<string[]> {
  const rows = await sql(`select * from ${table}`);
  return rows
    .map((row) => JSON.stringify(Object.entries(row).filter(([name]) => !name.startsWith('_'))))
    .sort();
}

describe.each(oneWarehouse)('prune, into %s', (kind) => {
  const opened = shareRivers({ kind, rivers, simulator: manyActions });

  it('brings the same rows for a fraction of the calls', async () => {
    const house = opened();
    for (const report of reports) {
      const whole = await house.pull({ river: `${report}-whole` });
      const pruned = await house.pull({ river: `${report}-pruned` });
      const table = report.replaceAll('-', '_');
      const rows = await contentOf(house, `pruned_${table}`);
      expect(rows.length, report).toBeGreaterThan(0);
      expect(rows, report).toEqual(await contentOf(house, `whole_${table}`));
      // Report 23 asks a list for each group that ran: where every group runs that saves nothing.
      if (report !== 'action-details-by-target-group')
        expect(pruned.calls, report).toBeLessThan(whole.calls ?? 0);
      expect(
        await house.sql(`select count(*) as n from river_calls where run_id = '${pruned.runId}'`),
      ).toEqual([{ n: pruned.calls }]);
    }
  });

  it('calls for the pairs that ran: 200 calls a day become the 1 + 8 of the lists and one for each pair', async () => {
    const { pull, simulator } = opened();
    const { calls } = await pull({ river: 'customers-by-action-pruned' });
    const ran = simulator.world.rows('actions-by-target-group', { days: [day] });
    const pairs = new Set(ran.map((row) => `${row.ActionID} ${row.RecipientGroupID}`));
    const groups = simulator.world.rowCount('target-groups-by-date', { days: [day] });
    expect(calls).toBe(1 + 1 + groups + pairs.size);
    expect(calls).toBeLessThanOrEqual(50);
  });

  it('leaves nothing out for an id of a list that cannot be read, and says so once', async () => {
    const house = opened();
    const [groups, actions] = ['GetTargetGroupsByDate', 'GetActionsByTargetGroup'];
    const cases: [report: string, list: string, set: object, rows?: number][] = [
      ['promo-codes-by-target-group', groups, { TargetGroupID: '9 ' }],
      ['action-details-by-target-group', groups, { TargetGroupID: null }],
      ['customers-by-action', actions, { RecipientGroupID: null }, 1],
      ['customers-by-action', actions, { ActionID: '' }],
    ];
    for (const [report, endpoint, set, rows] of cases) {
      const what = `${report}: ${endpoint} ${JSON.stringify(set)}`;
      house.simulator.setFaults([
        { kind: 'values', match: { endpoint }, set: { ...set }, ...(rows && { rows }) },
      ]);
      const { warnings } = await house.pull({ river: `${report}-pruned` });
      const table = report.replaceAll('-', '_');
      expect(await contentOf(house, `pruned_${table}`), what).toEqual(
        await contentOf(house, `whole_${table}`),
      );
      expect(warnings, what).toMatchObject([
        {
          start: day,
          end: day,
          message: expect.stringMatching(new RegExp(`prune left out fewer calls.*${endpoint}\\?`)),
        },
      ]);
    }
    house.simulator.setFaults([]);
  });
});

it('where few of many target groups ran, prune calls for those alone, and for their lists', () => {
  const fewRan = { size: { actions: 3, targetGroups: 20, recipientGroups: [1, 2], busyShare: 0.6 } };
  return withRivers({ rivers, simulator: fewRan }, async (house) => {
    const ran = house.simulator.world.rowCount('target-groups-by-date', { days: [day] });
    expect(ran).toBeGreaterThan(0);
    expect(ran).toBeLessThan(8);
    const byGroup = reports.filter((report) => report.endsWith('-by-target-group'));
    expect(byGroup).toHaveLength(4);
    for (const report of byGroup) {
      const whole = await house.pull({ river: `${report}-whole` });
      const pruned = await house.pull({ river: `${report}-pruned` });
      // All groups there are, the day's, of each of these its actions where that is what the report is about, its rows.
      const lists = report === 'action-details-by-target-group' ? 1 + 1 + ran : 1 + 1;
      expect({ whole: whole.calls, pruned: pruned.calls }, report).toEqual({
        whole: 1 + 20,
        pruned: lists + ran,
      });
      const table = report.replaceAll('-', '_');
      const rows = await contentOf(house, `pruned_${table}`);
      expect(rows.length, report).toBeGreaterThan(0);
      expect(rows, report).toEqual(await contentOf(house, `whole_${table}`));
    }
  });
});
