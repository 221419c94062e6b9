import { describe, expect, test, vi } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { verifyTarget } from '#domain/verify/verify-target';
import type { Step } from '#warehouse/commit/mark-change';
import { openWarehouse } from '#warehouse/open-warehouse';
import {
  type WarehouseCorner,
  type WarehouseKind,
  warehouseKinds,
  withWarehouse,
} from '../../helpers/with-warehouse.ts';
import { aCommit, aRun, loadRows, sampleShape, stageRows, twoChunks } from '../samples.ts';

const [first] = twoChunks;
const rows = [
  ['2026-01-01', 1, 'a'],
  ['2026-01-02', 2, 'a'],
] as const;

class Killed extends Error {}

/** The target in the one, the books in the other. */
const withBooks = (
  [target, books]: readonly [WarehouseKind, WarehouseKind],
  use: (corner: WarehouseCorner) => Promise<void>,
) => withWarehouse(target, use, books);

const ways = warehouseKinds.map((kind) => [kind, 'sqlite'] as const);

/** Its chunk is in the target, and the process is gone before the books have marked it. */
async function loadUnmarked(corner: WarehouseCorner, run = aRun(), at: Step = 'days'): Promise<void> {
  const { warehouse, open } = corner;
  await warehouse.recordRun(run, [first], sampleShape);
  await warehouse.markPulling(run.runId, first.key);
  await stageRows(warehouse, run.runId, first, rows);
  const killed = await open({
    onStep(step) {
      if (step === at) throw new Killed();
    },
  });
  await expect(killed.storeChunk(run.runId, first.key, aCommit(first, rows.length))).rejects.toThrow(Killed);
}

const countRows = async ({ sql }: WarehouseCorner) =>
  Number((await sql('select count(*) as n from sample'))[0]?.n);

const findings = async ({ warehouse }: WarehouseCorner) =>
  (await warehouse.readManifestSnapshot()).flatMap(
    (snapshot) => verifyTarget(snapshot, 'test', undefined).findings,
  );

describe.each(ways)('a target in %s with books in %s:', (...way) => {
  test('what a killed process has not marked is marked by whoever comes next, and loaded by nobody', () =>
    withBooks(way, async (corner) => {
      const { warehouse, sql } = corner;
      const append = { target: { load: 'append' } };
      await loadUnmarked(corner, aRun(append));
      expect(await sql('select state from river_chunks')).toEqual([{ state: 'pulling' }]);
      // The run is given up, and another one completes it.
      await warehouse.markAllFailed('run-1', 'gone');
      await warehouse.endRun('run-1', 'failed', '2026-01-10T07:00:00.000Z');
      const retry = aRun({
        ...append,
        runId: 'run-2',
        retryOf: { runId: 'run-1', workflowId: 'workflow-1' },
      });
      await loadRows(warehouse, retry, [[first, rows]]);
      expect(await countRows(corner)).toBe(2);
      expect(await sql('select run_id, state, rows from river_chunks order by 1')).toEqual([
        { run_id: 'run-1', state: 'loaded', rows: 2 },
        { run_id: 'run-2', state: 'skipped', rows: 0 },
      ]);
      expect(await findings(corner)).toEqual([]);
    }));

  test('days that are forgotten meanwhile stay forgotten', () =>
    withBooks(way, async (corner) => {
      const { warehouse } = corner;
      await loadUnmarked(corner);
      const days = { start: '2026-01-01', end: '2026-01-01' };
      const forget = { river: 'sample', table: 'sample', dayColumn: 'date', days };
      expect(await warehouse.deleteLoadedDays(forget)).toBe(1);
      await warehouse.storeChunk('run-1', first.key, aCommit(first, 2));
      expect(await countRows(corner)).toBe(1);
      const { days: loaded, forgotten } = await warehouse.readLoadedDays('sample', 'sample');
      expect(loaded.map(({ day }) => day)).toEqual(['2026-01-02']);
      expect(forgotten).toEqual(['2026-01-01']);
      expect(await findings(corner)).toEqual([]);
    }));

  test('other books are refused, and another name for the warehouse as well', () =>
    withBooks(way, async (corner) => {
      const { warehouse, setting } = corner;
      await loadRows(warehouse, aRun(), [[first, rows]]);
      await withWarehouse('sqlite', async (other) => {
        const others = await openWarehouse({ ...setting, books: other.setting });
        const run = aRun({ runId: 'run-2' });
        const refused = others.recordRun(run, [first], sampleShape);
        await expect(refused).rejects.toThrow(ConfigurationError);
        await expect(refused).rejects.toThrow(
          /^The table sample of the warehouse test belongs to other books: /,
        );
        const checking = others.checkWarehouse([{ table: 'sample', load: 'replace' }]);
        await expect(checking).rejects.toThrow(
          /^The table sample of the warehouse test belongs to other books: /,
        );
        await others.close();
      });
      const renamed = await openWarehouse({ ...setting, name: 'lake' });
      await expect(renamed.recordRun(aRun({ runId: 'run-2' }), [first], sampleShape)).rejects.toThrow(
        'The books of the warehouse lake know the table sample as one of the warehouse test. Give the warehouse that name again.',
      );
      await renamed.close();
      expect(await countRows(corner)).toBe(2);
    }));

  test('books that are kept for two warehouses keep them apart', () =>
    withBooks(way, async ({ warehouse, setting, sql }) => {
      await loadRows(warehouse, aRun(), [[first, rows]]);
      const own = await openWarehouse(setting.books ?? setting);
      expect(await own.listRuns(10)).toEqual([]);
      expect(await own.readRun('run-1')).toBeUndefined();
      await loadRows(own, aRun({ runId: 'run-2', workflowId: 'workflow-2' }), [[first, rows]]);
      expect((await own.readLoadedDays('sample', 'sample')).days.map(({ run }) => run)).toEqual([
        'run-2',
        'run-2',
      ]);
      expect((await warehouse.readLoadedDays('sample', 'sample')).days.map(({ run }) => run)).toEqual([
        'run-1',
        'run-1',
      ]);
      expect((await warehouse.listRuns(10)).map(({ runId }) => runId)).toEqual(['run-1']);
      expect(await sql('select distinct target from river_days order by 1')).toEqual([
        { target: 'sample' },
        { target: 'test.sample' },
      ]);
      await own.close();
    }));

  test('verify holds up no commit, and sees the one that was not marked when it began', () =>
    withBooks(way, async (corner) => {
      const { warehouse, open, sql } = corner;
      const other = aRun({ runId: 'run-2', workflowId: 'workflow-2', target: { table: 'other' } });
      await loadRows(warehouse, other, [[first, rows]]);
      await loadUnmarked(corner);
      const verifying = await open();
      if (corner.kind === 'pg') await sql('begin; lock table other in access exclusive mode');
      const snapshot = verifying.readManifestSnapshot();
      if (corner.kind === 'pg') {
        const waits = () => sql(`select 1 from pg_locks where not granted and relation = 'other'::regclass`);
        await vi.waitUntil(async () => (await waits()).length > 0, { timeout: 150_000 });
        await loadRows(warehouse, aRun({ runId: 'run-3', workflowId: 'workflow-3' }), [[first, rows]]);
        await sql('commit');
      }
      const seen = (await snapshot).map((each) => verifyTarget(each, 'test', undefined));
      expect(seen.map(({ table, ok, found }) => [table, ok, found]).sort()).toEqual([
        ['other', true, 2],
        ['sample', true, 2],
      ]);
    }));

  test('verify sees what books have loaded that were set back to before that', () =>
    withBooks(way, async (corner) => {
      const { warehouse, sql } = corner;
      await loadRows(warehouse, aRun(), [[first, rows]]);
      for (const table of ['river_days', 'river_chunks', 'river_runs', 'river_targets'])
        await sql(`delete from ${table} where true`);
      expect((await findings(corner)).map(({ message }) => message)).toEqual([
        'sample: 2 rows found from a run that is not in the manifest.',
      ]);
      expect(await sql('select day, rows from river_days order by day')).toEqual([
        { day: '2026-01-01', rows: 1 },
        { day: '2026-01-02', rows: 1 },
      ]);
    }));

  test('what the books have is kept for a time where it was done, and then deleted', () =>
    withBooks(way, async ({ warehouse, sql }) => {
      await loadRows(warehouse, aRun(), [[first, rows]]);
      const loads = () => sql('select number, run_id, chunk from river_loads order by number');
      const claim = { number: 0, run_id: '', chunk: '' };
      expect(await loads()).toEqual([claim, { number: 1, run_id: 'run-1', chunk: first.key }]);
      await loadRows(warehouse, aRun({ runId: 'run-2' }), [[first, rows]]);
      expect(await loads()).toHaveLength(3);
      const long = new Date(Date.now() - 91 * 86_400_000).toISOString();
      await sql(`update river_loads set loaded_at = '${long}' where true`);
      await loadRows(warehouse, aRun({ runId: 'run-3' }), [[first, rows]]);
      expect(await loads()).toEqual([claim, { number: 3, run_id: 'run-3', chunk: first.key }]);
    }));
});
