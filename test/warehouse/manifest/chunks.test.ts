import { afterEach, describe, expect, test, vi } from 'vitest';
import { addDays } from '#domain/period/date-range';
import { countStatements } from '../../helpers/count-statements.ts';
import { booksOf, inBooks, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aChunk, aRequest, aRun, loadRows, sampleShape, stageRows, twoChunks } from '../samples.ts';

const day = (at: number) => addDays('2000-01-01', at);
const chunks = Array.from({ length: 10_000 }, (_, at) => aChunk(day(at), day(at)));

const [first, second] = twoChunks;

afterEach(() => vi.restoreAllMocks());

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a chunk that begins counts its attempts, and one that has ended says how', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await loadRows(warehouse, aRun(), [[first, []]]);
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      expect(await warehouse.markPulling('run-1', first.key)).toMatchObject({ state: 'loaded' });
      expect(await warehouse.markPulling('run-1', second.key)).toEqual({ state: 'pulling', attempts: 1 });
      // Going on, after a pause or in a new history, is no attempt.
      expect(await warehouse.markPulling('run-1', second.key)).toEqual({ state: 'pulling', attempts: 1 });
      expect(await warehouse.markPulling('run-1', second.key, true)).toEqual({
        state: 'pulling',
        attempts: 2,
      });
      await warehouse.markAllFailed('run-1', 'ReportRefusedError: no');
      expect(await warehouse.markPulling('run-1', second.key)).toMatchObject({ state: 'failed' });
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { state: 'loaded', attempts: 1, error: null },
        { state: 'failed', attempts: 2, error: 'ReportRefusedError: no' },
      ]);
    }));

  test('an error is kept whatever characters are in it', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markFailed('run-1', first.key, 'Optimove said "a\0b \ud800".');
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { error: 'Optimove said "a\uFFFDb \uFFFD".' },
        { error: null },
      ]);
    }));

  test('a chunk counts its calls when they are noted, and its rows when they are loaded', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await loadRows(warehouse, aRun(), [
        [
          first,
          [
            ['2026-01-01', 1, 'a'],
            ['2026-01-02', 2, 'b'],
          ],
        ],
      ]);
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', second.key);
      await stageRows(warehouse, 'run-1', second, [['2026-01-03', 3, 'c']]);
      await warehouse.noteRequests('run-1', second.key, [aRequest(), aRequest({ status: 500 })]);
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { state: 'loaded', rows: 2, calls: 1, attempts: 1 },
        { state: 'pulling', rows: 0, calls: 3, attempts: 1 },
      ]);
      // A chunk that fails keeps what it has called, and has no rows.
      await warehouse.markFailed('run-1', second.key, 'no');
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { state: 'loaded', rows: 2, calls: 1, attempts: 1 },
        { state: 'failed', rows: 0, calls: 3, attempts: 1 },
      ]);
      expect(await warehouse.summariseRun('run-1')).toMatchObject({
        chunks: { total: 2, loaded: 1, failed: 1, skipped: 0 },
        rows: 2,
        calls: 4,
      });
    }));
});

describe.each(warehouseKinds)('ten thousand chunks in %s', (kind) => {
  test('are opened, shown and retried in seconds, without a statement for each', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      const startedAt = performance.now();
      const run = aRun({ period: { start: day(0), end: day(9_999) } });
      // The manifest is made before.
      expect(await warehouse.listRuns(1)).toEqual([]);
      expect(await countStatements(() => warehouse.recordRun(run, chunks, sampleShape))).toBeLessThan(100);
      const stored = await warehouse.readRun('run-1');
      if (!stored) throw new Error('it was opened');
      // A later run has loaded every second day.
      await sql(`insert into river_days (river, target, day, run_id, chunk, rows, provisional, loaded_at)
        select river, '${inBooks('sample')}', first_day, 'run-2', chunk, 1, ${booksOf(kind) === 'pg' ? 'false' : '0'}, '2026-02-01T00:00:00.000Z'
        from river_chunks where ordinal % 2 = 0`);
      let unloaded: Awaited<ReturnType<typeof warehouse.readUnloadedChunks>> = [];
      expect(
        await countStatements(async () => {
          unloaded = await warehouse.readUnloadedChunks(stored);
        }),
      ).toBeLessThan(10);
      expect(unloaded.map(({ key }) => key)).toEqual(chunks.map(({ key }) => key));
      expect(unloaded.filter(({ state }) => state === 'skipped')).toHaveLength(5_000);
      const retry = aRun({ runId: 'run-3', retryOf: { runId: 'run-1', workflowId: 'workflow-1' } });
      expect(await countStatements(() => warehouse.recordRun(retry, unloaded, sampleShape))).toBeLessThan(
        100,
      );
      expect(
        await countStatements(async () => {
          expect((await warehouse.summariseRun('run-3')).chunks).toMatchObject({
            total: 10_000,
            skipped: 5_000,
          });
          expect(await warehouse.readChunkStatuses('run-3')).toHaveLength(10_000);
          await warehouse.markAllFailed('run-3', 'no');
          await warehouse.endRun('run-3', 'failed', '2026-02-01T00:00:00.000Z');
        }),
      ).toBeLessThan(40);
      expect((await warehouse.summariseRun('run-3')).chunks).toEqual({
        total: 10_000,
        loaded: 0,
        failed: 5_000,
        skipped: 5_000,
      });
      expect(performance.now() - startedAt).toBeLessThan(30_000);
    }));
});
