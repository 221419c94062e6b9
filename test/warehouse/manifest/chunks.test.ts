import knex from 'knex';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { addDays } from '#domain/period/date-range';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aChunk, aRun, sampleShape } from '../samples.ts';

const day = (at: number) => addDays('2000-01-01', at);
const chunks = Array.from({ length: 10_000 }, (_, at) => aChunk(day(at), day(at)));

afterEach(() => vi.restoreAllMocks());

/** How many statements it takes. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(knex.Client.prototype, 'query');
  await work();
  const { length } = query.mock.calls;
  query.mockRestore();
  expect(length).toBeGreaterThan(0);
  return length;
}

describe.each(warehouseKinds)('ten thousand chunks in %s', (kind) => {
  test('are opened, shown and retried in seconds, without a statement for each', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      const startedAt = performance.now();
      const run = aRun({ period: { start: day(0), end: day(9_999) } });
      expect(await statements(() => warehouse.recordRun(run, chunks, sampleShape))).toBeLessThan(100);
      const stored = await warehouse.readRun('run-1');
      if (!stored) throw new Error('it was opened');
      // A later run has loaded every second day.
      await sql(`insert into river_days (river, target, day, run_id, chunk, rows, provisional, loaded_at)
        select river, 'sample', first_day, 'run-2', chunk, 1, ${kind === 'pg' ? 'false' : '0'}, '2026-02-01T00:00:00.000Z'
        from river_chunks where ordinal % 2 = 0`);
      let unloaded: Awaited<ReturnType<typeof warehouse.readUnloadedChunks>> = [];
      expect(
        await statements(async () => {
          unloaded = await warehouse.readUnloadedChunks(stored);
        }),
      ).toBeLessThan(10);
      expect(unloaded.map(({ key }) => key)).toEqual(chunks.map(({ key }) => key));
      expect(unloaded.filter(({ state }) => state === 'skipped')).toHaveLength(5_000);
      const retry = aRun({ runId: 'run-3', retryOf: { runId: 'run-1', workflowId: 'workflow-1' } });
      expect(await statements(() => warehouse.recordRun(retry, unloaded, sampleShape))).toBeLessThan(100);
      expect(
        await statements(async () => {
          expect((await warehouse.summariseRun('run-3')).chunks).toMatchObject({
            total: 10_000,
            skipped: 5_000,
          });
          expect(await warehouse.readChunkStatuses('run-3')).toHaveLength(10_000);
          await warehouse.markAllFailed('run-3', 'no');
          await warehouse.endRun('run-3', 'failed', '2026-02-01T00:00:00.000Z');
        }),
      ).toBeLessThan(40);
      expect(performance.now() - startedAt).toBeLessThan(30_000);
    }));
});
