import { describe, expect, it } from 'vitest';
import type { Fault } from '#simulator/faults/fault-kinds';
import { type Rivers, type RiversOptions, withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const period = { start: '2026-01-01', end: '2026-01-02' };
const chunks = { every: 'daily' };
const rivers = {
  ended: { report: 'customer-action-ended-by-date', period, chunks, target: { table: 'ended' } },
  campaigns: { report: 'executed-campaign-details', period, chunks, target: { table: 'campaigns' } },
  worth: {
    report: 'customer-future-values',
    filters: { lifecycleStages: [1] },
    target: { table: 'worth' },
  },
  sends: { report: 'customer-send-details-by-campaign', period, chunks, target: { table: 'sends' } },
};
const on = (endpoint: string) => ({ match: { endpoint } });

const faults: Fault[] = [
  { kind: 'values', ...on('GetCustomersActionEndedByDate'), set: { Duration: '', Date: '' }, rows: 1 },
  {
    kind: 'values',
    ...on('GetExecutedCampaignDetails'),
    set: [
      { IsMultiChannel: 0, 'Foo Bar': 1, FooBar: 'a', LeadTime: 7.5 },
      { FooBar: 'b', 'Foo Bar': 2, IsMultiChannel: 'TRUE', LeadTime: '' },
    ],
  },
  {
    kind: 'values',
    ...on('GetCustomerFutureValues'),
    raw: [{ FutureValue: '"NaN"' }, { FutureValue: '12345678901234567890.5' }, {}],
  },
  {
    kind: 'values',
    ...on('GetCustomerSendDetailsByCampaign'),
    set: { ScheduledTime: '2026-01-01T10:30:00.1234567+02:00' },
  },
];

/** How the typed columns are declared, of every table of a river. */
async function typesOf({ sql, warehouse }: Rivers, tables: readonly string[]): Promise<unknown> {
  const found: Record<string, unknown> = {};
  for (const table of tables) {
    const columns = await sql(
      warehouse.kind === 'pg'
        ? `select column_name as name, data_type as type from information_schema.columns where table_schema = current_schema() and table_name = '${table}'`
        : `select name, type from pragma_table_info('${table}')`,
    );
    for (const { name, type } of columns)
      if (!/__text$|^foo_bar/.test(String(name))) found[`${table}.${name}`] = type;
  }
  return found;
}

const count = async ({ sql }: Rivers, table: string, where: string) =>
  Number((await sql(`select count(*) as n from ${table} where ${where}`))[0]?.n);

describe.each(warehouseKinds)('in %s', (kind) => {
  const options: RiversOptions = { kind, rivers, connection: { pageSize: 500 } };

  it('values of other kinds than the column change no column, lose nothing and are warned of once a column', () =>
    withRivers(options, async (house) => {
      const tables = Object.keys(rivers);
      for (const river of tables) await house.pull({ river });
      const before = await typesOf(house, tables);
      house.simulator.setFaults(faults);
      const results = new Map<string, Awaited<ReturnType<Rivers['pull']>>>();
      for (const river of tables) results.set(river, await house.pull({ river }));
      expect(await typesOf(house, tables)).toEqual(before);

      expect(results.get('ended')?.warnings).toEqual([]);
      expect(await count(house, 'ended', 'duration is null and "date" is null')).toBeGreaterThan(0);

      const campaigns = await house.sql('select * from campaigns');
      expect(campaigns.length).toBeGreaterThan(2);
      for (const row of campaigns) {
        const isFirst = row.foo_bar_2 === 'a';
        expect(Number(row.foo_bar)).toBe(isFirst ? 1 : 2);
        expect(Boolean(row.is_multi_channel)).toBe(!isFirst);
        expect([row.lead_time, row.lead_time__text]).toEqual([null, isFirst ? '7.5' : null]);
      }
      const warnings = results.get('campaigns')?.warnings ?? [];
      const misfits = await count(house, 'campaigns', 'lead_time__text is not null');
      expect(warnings).toMatchObject([
        { start: '2026-01-01', end: '2026-01-02', about: 'data', column: 'lead_time', count: misfits },
      ]);
      expect(warnings[0]?.message).toContain('campaigns.lead_time');
      expect(warnings[0]?.message).toContain('lead_time__text');
      expect(warnings[0]?.message).not.toContain('7.5');

      expect(await count(house, 'worth', `future_value__text = '12345678901234567890.5'`)).toBeGreaterThan(0);
      expect(await count(house, 'worth', 'future_value is null')).toBeGreaterThan(
        await count(house, 'worth', 'future_value__text is not null'),
      );
      expect(await house.sql('select distinct cast(scheduled_time as text) as at from sends')).toEqual([
        { at: kind === 'pg' ? '2026-01-01 08:30:00.123456' : '2026-01-01T08:30:00.123456' },
      ]);
      expect(results.get('worth')?.warnings.map(({ column }) => column)).toEqual(['future_value']);
    }));

  it('a key that does not fit fails its chunk with the row and the column, and without the value', () =>
    withRivers(options, async (house) => {
      house.simulator.setFaults([
        {
          kind: 'values',
          ...on('GetExecutedCampaignDetails'),
          match: { endpoint: 'GetExecutedCampaignDetails', parameters: { Date: '2026-01-02' } },
          set: [{}, { CampaignID: 'no-such-id' }],
        },
      ]);
      const end = await house.run({ river: 'campaigns' });
      if (end.end !== 'failed' || !end.result) throw new Error(JSON.stringify(end));
      expect(end.result.chunks).toMatchObject({ loaded: 1, failed: 1 });
      const [failed] = end.result.failedChunks;
      expect(failed?.error).toMatch(/^RowShapeError: .*row 2 .*campaigns\.campaign_id \((bigint|integer)\)/);
      expect(JSON.stringify(end)).not.toContain('no-such-id');
    }));

  it('a table made by hand is filled as it is, and `check` says beforehand what it gets', () =>
    withRivers(options, async (house) => {
      await house.sql(
        'create table campaigns ("Date" DATE, campaign_id DECIMAL(10,2), is_multi_channel BOOLEAN, status VARCHAR(3), mine INTEGER)'.replace(
          '"Date"',
          kind === 'pg' ? '"date"' : '"Date"',
        ),
      );
      const check = async () => {
        const { stdout } = await house.river('check', '--json');
        const { checks } = JSON.parse(stdout) as { checks: { what: string; message: string }[] };
        return checks.find(({ what }) => what === 'warehouse test')?.message;
      };
      const others = ['ended', 'worth'];
      for (const table of others) await house.sql(`create view ${table} as select 1 as a`);
      const faults = others.map(
        (table) => `${table}: ${table} is a view: a river fills tables only. Give its target another table.`,
      );
      expect(await check()).toBe(faults.join('\n'));
      for (const table of others) await house.sql(`drop view ${table}`);
      const line = await check();
      expect(line).toMatch(/campaigns gets the columns target_group_id, .*_loaded_at/);
      if (kind === 'pg') expect(line).toMatch(/campaigns\.status \(character varying\(3\)\)/);
      const { rows } = await house.pull({ river: 'campaigns' });
      expect(await house.pull({ river: 'campaigns' })).toMatchObject({ rows });
      expect(await count(house, 'campaigns', '_river is not null')).toBe(rows);
      expect(
        await count(house, 'campaigns', 'status is not null or status__text is not null').catch(() => rows),
      ).toBe(rows);
    }));
});
