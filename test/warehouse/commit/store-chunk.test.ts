import { describe, expect, test } from 'vitest';
import { chunkWithoutDays } from '#domain/chunk/chunk';
import { RefusedError, RowShapeError } from '#domain/errors';
import {
  inBooks,
  type WarehouseCorner,
  warehouseKinds,
  withWarehouse,
} from '../../helpers/with-warehouse.ts';
import {
  aChunk,
  aCommit,
  aPage,
  aRequest,
  aRun,
  loadRows,
  sampleShape,
  stageRows,
  twoChunks,
} from '../samples.ts';

const [first, second] = twoChunks;
const firstRows = [
  ['2026-01-01', 1, 'a'],
  ['2026-01-02', 1, 'b'],
] as const;
const secondRows = [['2026-01-03', 1, 'c']] as const;

/** What stands in the target, in an order of its own. */
async function rowsIn({ sql }: WarehouseCorner, table = 'sample'): Promise<unknown[][]> {
  const rows = await sql(`select "date", action_id, customer_id from "${table}" order by 1, 2, 3`);
  return rows.map((row) => Object.values(row));
}

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a chunk is loaded with its provenance, its days and its counts', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      await warehouse.stagePage('run-1', first.key, aPage([['2026-01-01', 1, 'a']]), [
        aRequest({ status: 503 }),
        aRequest(),
      ]);
      const warning = { start: '2026-01-01', end: '2026-01-02', message: 'GetSample answered 404.' };
      const outcome = await warehouse.storeChunk(
        'run-1',
        first.key,
        aCommit(first, 1, { warnings: [warning] }),
      );

      expect(outcome).toEqual({ outcome: 'loaded', rows: 1, calls: 2, warnings: [warning] });
      const [row] = await sql('select * from sample');
      expect(row).toMatchObject({
        date: '2026-01-01',
        action_id: 1,
        customer_id: 'a',
        _river: 'sample',
        _run_id: 'run-1',
        _chunk: '2026-01-01/2026-01-02',
      });
      expect(Math.abs(Date.now() - Date.parse(String(row?._loaded_at)))).toBeLessThan(60_000);
      const days = await sql('select day, rows, river, target, run_id, chunk from river_days order by day');
      const of = { river: 'sample', target: inBooks('sample'), run_id: 'run-1', chunk: first.key };
      expect(days).toEqual([
        { day: '2026-01-01', rows: 1, ...of },
        { day: '2026-01-02', rows: 0, ...of },
      ]);
      expect(await warehouse.readChunkStatuses('run-1')).toEqual([
        {
          start: '2026-01-01',
          end: '2026-01-02',
          state: 'loaded',
          rows: 1,
          calls: 2,
          attempts: 1,
          error: null,
        },
        {
          start: '2026-01-03',
          end: '2026-01-04',
          state: 'waiting',
          rows: 0,
          calls: 0,
          attempts: 0,
          error: null,
        },
      ]);
    }));

  test.each(['replace', 'append'] as const)(
    '%s: a chunk committed twice leaves one copy of its rows',
    (load) =>
      withWarehouse(kind, async (corner) => {
        await loadRows(corner.warehouse, aRun({ target: { load } }), [[first, firstRows]]);
        const again = await corner.warehouse.storeChunk('run-1', first.key, aCommit(first, 2));
        expect(again).toEqual({ outcome: 'loaded', rows: 2, calls: 1, warnings: [] });
        expect(await rowsIn(corner)).toEqual(firstRows);
      }),
  );

  test('replace: a second run of the same days leaves one copy, the newest', () =>
    withWarehouse(kind, async (corner) => {
      await loadRows(corner.warehouse, aRun(), [
        [first, firstRows],
        [second, secondRows],
      ]);
      await loadRows(corner.warehouse, aRun({ runId: 'run-2' }), [
        [
          first,
          [
            ['2026-01-01', 1, 'new'],
            ['2026-01-02', 1, 'new'],
          ],
        ],
      ]);
      expect(await rowsIn(corner)).toEqual([
        ['2026-01-01', 1, 'new'],
        ['2026-01-02', 1, 'new'],
        ...secondRows,
      ]);
      const days = await corner.sql('select day, rows, run_id from river_days order by day');
      expect(days).toEqual([
        { day: '2026-01-01', rows: 1, run_id: 'run-2' },
        { day: '2026-01-02', rows: 1, run_id: 'run-2' },
        { day: '2026-01-03', rows: 1, run_id: 'run-1' },
        { day: '2026-01-04', rows: 0, run_id: 'run-1' },
      ]);
    }));

  test('append: a new run adds its rows again', () =>
    withWarehouse(kind, async (corner) => {
      const target = { load: 'append' };
      await loadRows(corner.warehouse, aRun({ target }), [[first, firstRows]]);
      await loadRows(corner.warehouse, aRun({ target, runId: 'run-2' }), [[first, firstRows]]);
      expect(await rowsIn(corner)).toEqual([firstRows[0], firstRows[0], firstRows[1], firstRows[1]]);
      const days = await corner.sql(
        `select run_id, rows from river_days where day = '2026-01-01' order by run_id`,
      );
      expect(days).toEqual([
        { run_id: 'run-1', rows: 1 },
        { run_id: 'run-2', rows: 1 },
      ]);
    }));

  test('replace removes only this river’s rows, and only those of these days', () =>
    withWarehouse(kind, async (corner) => {
      await loadRows(corner.warehouse, aRun({ river: 'other', runId: 'run-0' }), [
        [first, [['2026-01-01', 9, 'other']]],
      ]);
      await loadRows(corner.warehouse, aRun(), [
        [first, firstRows],
        [second, secondRows],
      ]);
      await loadRows(corner.warehouse, aRun({ runId: 'run-2' }), [
        [
          aChunk('2026-01-02', '2026-01-03'),
          [
            ['2026-01-02', 2, 'z'],
            ['2026-01-03', 2, 'z'],
          ],
        ],
      ]);
      expect(await rowsIn(corner)).toEqual([
        ['2026-01-01', 1, 'a'],
        ['2026-01-01', 9, 'other'],
        ['2026-01-02', 2, 'z'],
        ['2026-01-03', 2, 'z'],
      ]);
    }));

  test('a report without days replaces all of its river’s rows', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      const chunk = chunkWithoutDays;
      const shape = { ...sampleShape, dayColumn: null };
      const load = async (runId: string, rows: [string, number, string][]) => {
        await warehouse.recordRun(aRun({ runId, period: null }), [chunk], shape);
        await warehouse.stagePage(runId, '-', aPage(rows), [aRequest()]);
        return warehouse.storeChunk(runId, '-', aCommit(chunk, rows.length));
      };
      await load('run-1', [
        ['2026-01-01', 1, 'a'],
        ['2025-01-01', 2, 'b'],
      ]);
      await load('run-2', [['2026-01-01', 3, 'c']]);
      expect(await sql('select action_id, _chunk from sample')).toEqual([{ action_id: 3, _chunk: null }]);
      expect(await sql('select * from river_days')).toEqual([]);
    }));

  test('report 5: rows of the same data date are replaced, and its day is in the manifest', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      const chunk = chunkWithoutDays;
      const load = async (runId: string, day: string, customer: string) => {
        await warehouse.recordRun(aRun({ runId, period: null }), [chunk], {
          ...sampleShape,
          dayColumn: null,
        });
        await warehouse.stagePage(runId, '-', aPage([[day, 1, customer]]), [aRequest()]);
        const scope = { column: 'date', start: day, end: day };
        await warehouse.storeChunk(runId, '-', aCommit(chunk, 1, { scope }));
      };
      await load('run-1', '2026-01-08', 'a');
      await load('run-2', '2026-01-09', 'b');
      await load('run-3', '2026-01-09', 'c');
      expect(await rowsIn(corner)).toEqual([
        ['2026-01-08', 1, 'a'],
        ['2026-01-09', 1, 'c'],
      ]);
      expect(await sql('select day, rows, run_id from river_days order by day')).toEqual([
        { day: '2026-01-08', rows: 1, run_id: 'run-1' },
        { day: '2026-01-09', rows: 1, run_id: 'run-3' },
      ]);
    }));

  test.each([
    ['a page more than was reported', { slices: [{ slice: '0', calls: 1, rows: 1 }] }, ['0']],
    ['a page less', { slices: [{ slice: '0', calls: 1, rows: 3 }] }, ['0']],
    ['a call less', { slices: [{ slice: '0', calls: 2, rows: 2 }] }, ['0']],
    [
      'a slice less',
      {
        slices: [
          { slice: '0', calls: 1, rows: 2 },
          { slice: '1', calls: 1, rows: 1 },
        ],
      },
      ['1'],
    ],
    ['a slice that nobody reported', { slices: [] }, ['0']],
  ])('nothing is committed where what is staged is %s', (_what, changes, slices) =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await warehouse.recordRun(aRun(), [first], sampleShape);
      await stageRows(warehouse, 'run-1', first, firstRows);
      const outcome = await warehouse.storeChunk('run-1', first.key, aCommit(first, 2, changes));
      expect(outcome).toEqual({ outcome: 'differs', slices });
      expect(await rowsIn(corner)).toEqual([]);
      await warehouse.deleteStaged('run-1', first.key, slices);
      expect(await warehouse.readStagedCalls('run-1', first.key, slices[0] ?? '')).toEqual([]);
    }),
  );

  test('a call whose last page is missing differs', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), [first], sampleShape);
      await stageRows(warehouse, 'run-1', first, firstRows, { last: false });
      const outcome = await warehouse.storeChunk('run-1', first.key, aCommit(first, 2));
      expect(outcome).toEqual({ outcome: 'differs', slices: ['0'] });
    }));

  test('rows that plan other calls are not loaded', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await warehouse.recordRun(aRun(), [first], sampleShape);
      const list = aPage([[7]], {
        slice: 'campaigns',
        call: 'GetList',
        columns: ['campaign_id'],
        types: { campaign_id: 'integer' },
      });
      await warehouse.stagePage('run-1', first.key, list, [aRequest({ call: 'GetList' })]);
      await stageRows(warehouse, 'run-1', first, firstRows);
      const outcome = await warehouse.storeChunk(
        'run-1',
        first.key,
        aCommit(first, 2, {
          slices: [
            { slice: 'campaigns', calls: 1, rows: 1 },
            { slice: '0', calls: 1, rows: 2 },
          ],
          listSlices: ['campaigns'],
        }),
      );
      expect(outcome).toMatchObject({ outcome: 'loaded', rows: 2, calls: 2 });
      expect(await rowsIn(corner)).toEqual(firstRows);
    }));

  test('a row of another day is refused: it would not be removed when the days are loaded again', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await warehouse.recordRun(aRun(), [first], sampleShape);
      await warehouse.stagePage('run-1', first.key, aPage([['2026-01-03', 1, 'a']]), [aRequest()]);
      const committing = warehouse.storeChunk('run-1', first.key, aCommit(first, 1));
      await expect(committing).rejects.toThrow(RowShapeError);
      await expect(committing).rejects.toThrow('2026-01-03');
      expect(await rowsIn(corner)).toEqual([]);
    }));

  test('a chunk that was given up is not loaded; one of a closed run is pulled again first', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await stageRows(warehouse, 'run-1', first, firstRows);
      await warehouse.markFailed('run-1', first.key, 'given up');
      await expect(warehouse.storeChunk('run-1', first.key, aCommit(first, 2))).rejects.toThrow(RefusedError);
      await warehouse.endRun('run-1', 'cancelled', '2026-01-10T07:00:00.000Z');
      expect(await warehouse.storeChunk('run-1', second.key, aCommit(second, 0))).toEqual({
        outcome: 'differs',
        slices: ['0'],
      });
      expect(await rowsIn(corner)).toEqual([]);
    }));
});
