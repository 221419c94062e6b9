import { describe, expect, test } from 'vitest';
import type { Freshness } from '#domain/run/freshness';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aCommit, aPage, aRequest, aRun, sampleShape, twoChunks } from '../samples.ts';

const [first, second] = twoChunks;
const period = { start: '2026-01-01', end: '2026-01-04' };
const unsettled: Freshness = { settled: false, completeUpTo: null, pulls: [period], warnings: [] };
const settled: Freshness = { ...unsettled, settled: true, completeUpTo: '2026-01-04' };

/** A run into a table that is appended to, which does not know yet what it pulls. */
const original = aRun({ period: null, target: { load: 'append' }, freshness: unsettled });
const retryOf = { runId: original.runId, workflowId: original.workflowId };
const retries = ['run-2', 'run-3'].map((runId) => ({ ...original, runId, workflowId: runId, retryOf }));

describe.each(warehouseKinds)('retries of a run that never came to have chunks, in %s,', (kind) => {
  test('load each chunk once, under that run', () =>
    withWarehouse(kind, async ({ warehouse, open, sql }) => {
      await warehouse.recordRun(original, [], sampleShape);
      await warehouse.endRun(original.runId, 'failed', '2026-01-10T07:00:00.000Z');
      const places = await Promise.all(
        retries.map(async (run) => {
          const place = await open();
          await place.recordRun(run, [], sampleShape);
          return { place, runId: run.runId };
        }),
      );
      await Promise.all(
        places.map(({ place, runId }) => place.recordFreshness(runId, period, twoChunks, settled)),
      );
      const outcomes = await Promise.all(
        places.map(async ({ place, runId }) => {
          const rows: number[] = [];
          for (const chunk of twoChunks) {
            await place.markPulling(runId, chunk.key);
            await place.stagePage(runId, chunk.key, aPage([[String(chunk.start), 1, 'a']]), [aRequest()]);
            const loaded = await place.storeChunk(runId, chunk.key, aCommit(chunk, 1));
            rows.push(loaded.outcome === 'loaded' ? loaded.rows : Number.NaN);
          }
          return rows;
        }),
      );
      expect(first.key < second.key).toBe(true);
      expect([0, 1].map((at) => outcomes.map((rows) => rows[at]).sort())).toEqual([
        [0, 1],
        [0, 1],
      ]);
      expect(await sql('select _run_id as run, count(*) as n from sample group by _run_id')).toEqual([
        { run: original.runId, n: 2 },
      ]);
      expect(await warehouse.readChunkStatuses(original.runId)).toMatchObject([
        { state: 'loaded', rows: 1 },
        { state: 'loaded', rows: 1 },
      ]);
      expect(await warehouse.readRun(original.runId)).toMatchObject({ period, freshness: settled });
    }));

  test('that come later take over what is left of what the first has settled', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      const [one, other] = retries;
      if (!one || !other) throw new Error('there are two');
      for (const run of [original, one, other]) await warehouse.recordRun(run, [], sampleShape);
      await warehouse.recordFreshness(one.runId, period, twoChunks, settled);
      await warehouse.markPulling(one.runId, first.key);
      await warehouse.stagePage(one.runId, first.key, aPage([['2026-01-01', 1, 'a']]), [aRequest()]);
      await warehouse.storeChunk(one.runId, first.key, aCommit(first, 1));
      await warehouse.recordFreshness(other.runId, null, [], {
        ...settled,
        pulls: [],
        completeUpTo: '2026-01-09',
      });
      expect(await warehouse.readRun(other.runId)).toMatchObject({ period, freshness: settled });
      expect(await warehouse.readUnfinishedChunks(other.runId, 10)).toEqual([second]);
    }));
});
