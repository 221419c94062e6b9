import { expect, test, vi } from 'vitest';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { warehousesInUse } from '#workers/warehouses-in-use';
import { aStoredRun } from '../helpers/a-stored-run.ts';
import { withWarehouse } from '../helpers/with-warehouse.ts';

const day = { name: 'date', type: 'date', from: 'answer', source: 'date' } as const;
const shape = { columns: [day], key: ['date'], dayColumn: 'date' };
const chunk = { key: '2026-01-01/2026-01-04', start: '2026-01-01', end: '2026-01-04' };

test('a warehouse keeps its connections through every edit but one of its own; those before are closed once nothing uses them', () =>
  withWarehouse('pg', async ({ setting, sql }) => {
    const url = (name: string) => `${setting.connection.reveal()}?application_name=${name}`;
    const called = (name: string): WarehouseSetting => ({ ...setting, connection: new Secret(url(name)) });
    /** Asked anew inside a transaction as well. */
    const activity = async (where: string) => {
      await sql('select pg_stat_clear_snapshot()');
      return sql(`select application_name as name, pid from pg_stat_activity where ${where} order by 1`);
    };
    const backends = () => activity(`application_name like '${setting.schema}_%'`);
    const [first, second] = [`${setting.schema}_1`, `${setting.schema}_2`];
    let warehouses = new Map([['test', called(first)]]);
    const inUse = warehousesInUse(
      async () => ({ file: 'river.yaml', warehouses }) as Partial<Configuration> as Configuration,
    );
    try {
      const begun = await inUse.get('test');
      await begun.recordRun(aStoredRun(), [chunk], shape);
      const before = await backends();
      expect(before.length).toBeGreaterThan(0);
      warehouses = new Map([['test', called(first)]]);
      await (await inUse.get('test')).listRuns(1);
      expect(await backends()).toEqual(before);

      // A call under way: it waits for a row that somebody holds.
      await sql('begin');
      await sql('select * from river_chunks for update');
      const underWay = begun.markPulling('run-1', chunk.key);
      await vi.waitFor(async () =>
        expect(await activity(`application_name = '${first}' and wait_event_type = 'Lock'`)).not.toEqual([]),
      );
      warehouses = new Map([['test', called(second)]]);
      const after = await inUse.get('test');
      expect(await after.listRuns(1)).toHaveLength(1);
      expect((await backends()).map(({ name }) => name)).toEqual(expect.arrayContaining([first, second]));
      await sql('commit');
      expect(await underWay).toMatchObject({ state: 'pulling' });
      await vi.waitFor(
        async () => expect(new Set((await backends()).map(({ name }) => name))).toEqual(new Set([second])),
        { timeout: 150_000, interval: 100 },
      );
      // Work that began before goes on with what is configured now.
      expect(await begun.listRuns(1)).toHaveLength(1);
    } finally {
      await inUse.close();
    }
    await vi.waitFor(async () => expect(await backends()).toEqual([]), { timeout: 150_000, interval: 100 });
  }));
