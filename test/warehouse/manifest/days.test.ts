import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { addDays, dayCount } from '#domain/period/date-range';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aChunk, aCommit, aPage, aRequest, aRun, loadRows, sampleShape } from '../samples.ts';

const chunk = aChunk('2026-01-01', '2026-01-03');
const rows = ['01', '02', '03'].map((day) => [`2026-01-${day}`, 1, 'c'] as const);
const of = { river: 'sample', table: 'sample', dayColumn: 'date' };
const only = (start: string, end = start) => ({ ...of, days: { start, end } });

describe.each(warehouseKinds)('in %s', (kind) => {
  const loaded = { target: { load: 'append' } };

  test('rows of all runs of the days are deleted, those of other days and rivers stay, and again there is nothing to delete', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      for (const runId of ['run-1', 'run-2'])
        await loadRows(warehouse, aRun({ runId, ...loaded }), [[chunk, rows]]);
      await loadRows(warehouse, aRun({ runId: 'run-3', river: 'other', ...loaded }), [[chunk, rows]]);
      expect(await warehouse.deleteLoadedDays(only('2026-01-02'))).toBe(2);
      expect(await warehouse.deleteLoadedDays(only('2026-01-02'))).toBe(0);
      const left = await sql(
        `select _river as river, "date" as day, count(*) as n from sample group by _river, "date" order by 1, 2`,
      );
      expect(left.map(({ river, day, n }) => [river, day, Number(n)])).toEqual([
        ['other', '2026-01-01', 1],
        ['other', '2026-01-02', 1],
        ['other', '2026-01-03', 1],
        ['sample', '2026-01-01', 2],
        ['sample', '2026-01-03', 2],
      ]);
      const { days, forgotten } = await warehouse.readLoadedDays('sample', 'sample');
      expect([...new Set(days.map(({ day }) => day))].sort()).toEqual(['2026-01-01', '2026-01-03']);
      expect(forgotten).toEqual(['2026-01-02']);
      expect((await warehouse.readLoadedDays('other', 'sample')).forgotten).toEqual([]);
    }));

  test('a chunk that is loaded after it brings its days back, without rows as well; a table that is gone does not', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await loadRows(warehouse, aRun(), [[chunk, rows]]);
      await warehouse.recordRun(aRun({ runId: 'run-2' }), [aChunk('2026-01-02', '2026-01-03')], sampleShape);
      const [later] = await warehouse.readUnfinishedChunks('run-2', 1);
      if (!later) throw new Error('it has a chunk');
      await warehouse.stagePage('run-2', later.key, aPage([['2026-01-03', 1, 'd']]), [aRequest()]);
      expect(await warehouse.deleteLoadedDays(only('2026-01-01', '2026-01-03'))).toBe(3);
      await warehouse.storeChunk('run-2', later.key, aCommit(later, 1));
      expect((await warehouse.readLoadedDays('sample', 'sample')).forgotten).toEqual(['2026-01-01']);
      await sql('drop table sample');
      expect(await warehouse.readLoadedDays('sample', 'sample')).toMatchObject({
        days: [],
        forgotten: ['2026-01-01'],
      });
    }));

  test('thousands of days are forgotten in one transaction', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await loadRows(warehouse, aRun(), [[chunk, rows]]);
      const days = { start: addDays('2026-01-03', -5_000), end: '2026-01-03' };
      expect(await warehouse.deleteLoadedDays({ ...of, days })).toBe(3);
      const { forgotten } = await warehouse.readLoadedDays('sample', 'sample');
      expect(forgotten).toHaveLength(dayCount(days));
      expect([forgotten[0], forgotten.at(-1)]).toEqual([days.start, days.end]);
    }));

  test('a table under another spelling is the same one where the database takes it for that', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      const into = (table: string) => ({ target: { table } });
      const read = async () =>
        (await warehouse.readManifestSnapshot()).filter(({ found }) => found.length > 0);
      await loadRows(warehouse, aRun({ ...into('Sample') }), [[chunk, rows]]);
      await loadRows(warehouse, aRun({ runId: 'run-2', river: 'other', ...into('sample') }), [[chunk, rows]]);
      for (const { river, table, found, loaded } of await read())
        expect([river, table, found]).toEqual([river, river === 'sample' ? 'Sample' : 'sample', loaded]);
      expect((await read()).map(({ river }) => river).sort()).toEqual(['other', 'sample']);
      expect((await warehouse.readLoadedDays('sample', 'SAMPLE')).days).toHaveLength(kind === 'pg' ? 0 : 3);
      // The river spells it otherwise from now on: what it had loaded is replaced.
      await loadRows(warehouse, aRun({ runId: 'run-3', ...into('sAMPLE') }), [[chunk, rows]]);
      const ofSample = (await read()).filter(({ river }) => river === 'sample');
      expect(ofSample.map(({ table, loaded }) => [table, loaded.map(({ run }) => run)])).toEqual([
        ...(kind === 'pg' ? [['Sample', ['run-1', 'run-1', 'run-1']]] : []),
        ['sAMPLE', ['run-3', 'run-3', 'run-3']],
      ]);
    }));

  test('a table that is gone, or cannot tell days apart, is refused, and nothing is marked', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await expect(warehouse.deleteLoadedDays(only('2026-01-01'))).rejects.toThrow(
        /there is no table sample in the warehouse/,
      );
      await sql('create table sample (_river text)');
      const refused = warehouse.deleteLoadedDays(only('2026-01-01'));
      await expect(refused).rejects.toThrow(ConfigurationError);
      await expect(refused).rejects.toThrow(/has no column date/);
      expect((await warehouse.readLoadedDays('sample', 'sample')).forgotten).toEqual([]);
    }));
});

test('columns of fixed length in Postgres give back the river and the run without the blanks that they add', () =>
  withWarehouse('pg', async ({ warehouse, sql }) => {
    await sql('create table sample (_river char(30), _run_id char(50), "date" char(12))');
    await loadRows(warehouse, aRun(), [[chunk, rows]]);
    const snapshots = await warehouse.readManifestSnapshot();
    expect(snapshots.map(({ river, found }) => [river, found.length, found])).toEqual([
      ['sample', 3, snapshots[0]?.loaded],
    ]);
  }));
