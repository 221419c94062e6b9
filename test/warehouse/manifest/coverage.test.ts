import { describe, expect, test } from 'vitest';
import { coverDays } from '#domain/run/coverage';
import {
  booksOf,
  type WarehouseCorner,
  warehouseKinds,
  withWarehouse,
} from '../../helpers/with-warehouse.ts';
import { aChunk, aCommit, aRequest, aRun, loadRows, sampleShape, stageRows } from '../samples.ts';

const between = { start: '2026-01-01', end: '2026-01-31' };
const row = (day: string) => [`2026-01-${day}`, 1, 'c'] as const;

async function statesOf({ warehouse }: WarehouseCorner, river = 'sample', table = 'sample') {
  const facts = (await warehouse.readCoverage([{ river, table }], between)).get(river);
  const days = facts ? coverDays(facts, between) : [];
  return Object.fromEntries(
    days.map(({ day, state, rows }) => [day.slice(8), rows === null ? state : `${state} ${rows}`]),
  );
}

describe.each(warehouseKinds)('in %s', (kind) => {
  test('days are loaded, provisional, forgotten, failed, missing or pending, each river and table for itself', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      const first = aChunk('2026-01-01', '2026-01-04');
      await loadRows(warehouse, aRun(), [[first, [row('01'), row('01'), row('02'), row('04')]]]);
      await sql(
        `update river_days set provisional = ${booksOf(kind) === 'pg' ? 'true' : '1'} where day = '2026-01-04'`,
      );
      await warehouse.deleteLoadedDays({
        river: 'sample',
        table: 'sample',
        dayColumn: 'date',
        days: { start: '2026-01-02', end: '2026-01-02' },
      });
      const failed = [aChunk('2026-01-04', '2026-01-06'), aChunk('2026-01-07', '2026-01-07')] as const;
      const later = { runId: 'run-2', workflowId: 'w-2', startedAt: '2026-01-11T06:00:00.000Z' };
      await warehouse.recordRun(aRun(later), failed, sampleShape);
      await warehouse.markFailed('run-2', failed[0].key, 'ReportRefusedError: <no>');
      await warehouse.endRun('run-2', 'cancelled', '2026-01-11T07:00:00.000Z');
      const open = { runId: 'run-3', workflowId: 'w-3', startedAt: '2026-01-12T06:00:00.000Z' };
      await warehouse.recordRun(aRun(open), [aChunk('2026-01-08', '2026-01-09')], sampleShape);
      await loadRows(warehouse, aRun({ runId: 'run-4', river: 'other' }), [
        [aChunk('2026-01-20', '2026-01-20'), [row('20')]],
      ]);
      expect(await statesOf(corner)).toEqual({
        '01': 'loaded 2',
        '02': 'forgotten',
        '03': 'loaded 0',
        '04': 'provisional 1',
        '05': 'failed',
        '06': 'failed',
        '07': 'missing',
        '08': 'pending',
        '09': 'pending',
      });
      expect(await statesOf(corner, 'other')).toEqual({ '20': 'loaded 1' });
      // What runs had asked for into another table is not missing in this one.
      expect(await statesOf(corner, 'sample', 'moved')).toEqual({});
    }));

  test('a day whose rows the API no longer returns is emptied, whether they were kept or deleted', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      const chunk = aChunk('2026-01-01', '2026-01-03');
      const all = [row('01'), row('02'), row('03')];
      await loadRows(warehouse, aRun(), [[chunk, all]]);
      await loadRows(warehouse, aRun({ runId: 'run-2' }), [[chunk, [row('01'), row('03')]]]);
      expect(await statesOf(corner)).toEqual({ '01': 'loaded 1', '02': 'emptied 1', '03': 'loaded 1' });
      const allowed = aRun({ runId: 'run-3', target: { emptied: 'allow' } });
      await loadRows(warehouse, allowed, [[chunk, [row('01')]]]);
      expect(await statesOf(corner)).toEqual({ '01': 'loaded 1', '02': 'emptied 0', '03': 'emptied 0' });
      await loadRows(warehouse, aRun({ runId: 'run-4' }), [[chunk, all]]);
      expect(await statesOf(corner)).toEqual({ '01': 'loaded 1', '02': 'loaded 1', '03': 'loaded 1' });
    }));

  test('runs are listed page by page, counted, and calls are counted day by day', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      const chunks = [aChunk('2026-01-01', '2026-01-01'), aChunk('2026-01-02', '2026-01-02')] as const;
      // Two of them begin in the same instant.
      for (const [at, day] of ['10', '11', '11', '12'].entries()) {
        const run = aRun({
          runId: `run-${at}`,
          workflowId: `w-${at}`,
          startedAt: `2026-01-${day}T06:00:00.000Z`,
        });
        await warehouse.recordRun(run, chunks, sampleShape);
        await warehouse.markPulling(run.runId, chunks[0].key);
        await stageRows(warehouse, run.runId, chunks[0], [row('01')]);
        await warehouse.storeChunk(run.runId, chunks[0].key, aCommit(chunks[0], 1));
      }
      await warehouse.markFailed('run-3', chunks[1].key, 'why');
      const seen: string[] = [];
      let after: { startedAt: string; runId: string } | undefined;
      for (;;) {
        const [run] = await warehouse.readRunPage({ limit: 1, river: 'sample', after });
        if (!run) break;
        seen.push(run.runId);
        after = { startedAt: new Date(run.startedAt).toISOString(), runId: run.runId };
      }
      expect(seen).toEqual(['run-3', 'run-2', 'run-1', 'run-0']);
      expect(await warehouse.readRunPage({ limit: 9, river: 'other' })).toEqual([]);
      expect((await warehouse.readNewestRuns(['sample', 'none'])).map(({ runId }) => runId)).toEqual([
        'run-3',
      ]);
      expect([...(await warehouse.countRuns(['run-0', 'run-3', 'none']))]).toEqual([
        [
          'run-0',
          expect.objectContaining({
            chunks: { total: 2, loaded: 1, failed: 0, skipped: 0 },
            rows: 1,
            error: null,
          }),
        ],
        [
          'run-3',
          expect.objectContaining({ chunks: { total: 2, loaded: 1, failed: 1, skipped: 0 }, error: 'why' }),
        ],
      ]);
      const page = { from: 0, limit: 5, onlyUnloaded: true };
      expect((await warehouse.readChunkPage('run-3', page)).map(({ state }) => state)).toEqual(['failed']);
      expect(await warehouse.readChunkPage('run-3', { from: 1, limit: 1, onlyUnloaded: false })).toHaveLength(
        1,
      );

      await warehouse.noteRequests('run-0', chunks[1].key, [
        aRequest({ at: '2026-02-01T00:00:00.000Z', rows: 5 }),
        aRequest({ at: '2026-02-01T23:59:59.999Z', rows: 7, status: 429, outcome: 'throttled' }),
        aRequest({ at: '2026-02-02T00:00:00.000Z', rows: 1 }),
      ]);
      const days = ['2026-01-31', '2026-02-01', '2026-02-02'];
      const counted = [
        { day: '2026-01-31', calls: 0, rows: 0, throttled: 0, failed: 0 },
        { day: '2026-02-01', calls: 2, rows: 12, throttled: 1, failed: 0 },
        { day: '2026-02-02', calls: 1, rows: 1, throttled: 0, failed: 0 },
      ];
      expect(await warehouse.countCallsByDay(days)).toEqual(counted);
      expect(await warehouse.countCallsByDay(days, 'sample')).toEqual(counted);
      expect((await warehouse.countCallsByDay(days, 'other')).map(({ calls }) => calls)).toEqual([0, 0, 0]);
    }));
});
