import { describe, expect, test } from 'vitest';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aChunk, aPage, aRequest, aRun, loadRows, sampleShape, twoChunks } from '../samples.ts';

const [first, second] = twoChunks;
const finishedAt = '2026-01-10T07:00:00.000Z';

const terminated = { status: 'terminated', at: finishedAt } as const;
function only<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is none');
  return one;
}

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a run is read as it was opened, and a repeated opening leaves it so', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      const run = aRun({ target: { drift: 'fail' } });
      await warehouse.recordRun(run, twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      await warehouse.recordRun({ ...run, startedAt: '2027-01-01T00:00:00.000Z' }, twoChunks, sampleShape);
      const stored = { ...run, status: 'running', finishedAt: null, selection: null };
      expect(await warehouse.readRun('run-1')).toEqual(stored);
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { state: 'pulling' },
        { state: 'waiting' },
      ]);

      await warehouse.saveSelection('run-1', { actions: [1, 2], dataDate: '2026-01-09' });
      await warehouse.endRun('run-1', 'failed', finishedAt);
      await warehouse.endRun('run-1', 'cancelled', '2026-01-10T08:00:00.000Z');
      expect(await warehouse.readRun('run-1')).toEqual({
        ...stored,
        status: 'failed',
        finishedAt,
        selection: { actions: [1, 2], dataDate: '2026-01-09' },
      });
      expect(await warehouse.readRun('run-2')).toBeUndefined();
    }));

  test('two who open one run at once open it once', () =>
    withWarehouse(kind, async ({ open, warehouse }) => {
      const others = await Promise.all([open(), open(), open(), open()]);
      await Promise.all(others.map((other) => other.recordRun(aRun(), twoChunks, sampleShape)));
      expect((await warehouse.summariseRun('run-1')).chunks.total).toBe(2);
    }));

  test('a run without a period has none', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun({ period: null }), [{ key: '-', start: null, end: null }], sampleShape);
      expect((await warehouse.readRun('run-1'))?.period).toBeNull();
      expect(await warehouse.readUnfinishedChunks('run-1', 10)).toEqual([
        { key: '-', start: null, end: null },
      ]);
    }));

  test('unfinished chunks come in the period’s order, as many as are asked for', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      const days = Array.from({ length: 450 }, (_, at) =>
        new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10),
      );
      const chunks = days.map((day) => aChunk(day, day));
      await warehouse.recordRun(aRun(), chunks, sampleShape);
      await warehouse.markFailed('run-1', chunks[0]?.key ?? '', 'no');
      await warehouse.markPulling('run-1', chunks[1]?.key ?? '');
      expect(await warehouse.readUnfinishedChunks('run-1', 2)).toEqual(chunks.slice(1, 3));
      expect(await warehouse.readUnfinishedChunks('run-1', 1_000)).toEqual(chunks.slice(1));
    }));

  test('a summary counts everything and lists at most a hundred, each of 300 characters', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      const chunks = Array.from({ length: 120 }, (_, at) =>
        aChunk(`2026-01-01`, new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10)),
      );
      await warehouse.recordRun(aRun(), chunks, sampleShape);
      await warehouse.noteRequests('run-1', chunks[0]?.key ?? '', [aRequest(), aRequest()]);
      await warehouse.noteRequests('run-1', null, [aRequest()]);
      await warehouse.markAllFailed('run-1', 'e'.repeat(400));
      const summary = await warehouse.summariseRun('run-1');
      expect(summary).toMatchObject({
        chunks: { total: 120, loaded: 0, failed: 120, skipped: 0 },
        rows: 0,
        calls: 3,
        warnings: [],
      });
      expect(summary.failedChunks).toHaveLength(100);
      expect(summary.failedChunks[0]).toEqual({
        start: '2026-01-01',
        end: '2026-01-01',
        error: `${'e'.repeat(299)}…`,
      });
    }));

  test('a cancelled run leaves waiting what it was pulling', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      await warehouse.endRun('run-1', 'cancelled', finishedAt);
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { state: 'waiting', attempts: 1 },
        { state: 'waiting' },
      ]);
    }));

  test('a run that is opened again after its end goes on with what is not loaded', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await loadRows(warehouse, aRun(), [[first, [['2026-01-01', 1, 'a']]]]);
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markAllFailed('run-1', 'no');
      await warehouse.endRun('run-1', 'failed', finishedAt);
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      expect(await warehouse.readRun('run-1')).toMatchObject({ status: 'running', finishedAt: null });
      expect(await warehouse.readUnfinishedChunks('run-1', 10)).toEqual([second]);
    }));

  test('a chunk that is begun after the end of its run opens the run again, with a staging of its own', () =>
    withWarehouse(kind, async ({ warehouse, open }) => {
      await loadRows(warehouse, aRun(), [[first, []]]);
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.endRun('run-1', 'cancelled', finishedAt);
      const isOpen = async (chunk: string | null) => (await warehouse.readSlice('run-1', chunk, '0')).isOpen;
      expect(await isOpen(null)).toBe(false);
      expect(await isOpen(second.key)).toBe(false);
      await warehouse.markPulling('run-1', first.key);
      expect(await warehouse.readRun('run-1')).toMatchObject({ status: 'cancelled' });
      await Promise.all([warehouse, await open()].map((each) => each.markPulling('run-1', second.key)));
      expect(await warehouse.readRun('run-1')).toMatchObject({ status: 'running', finishedAt: null });
      expect(await isOpen(null)).toBe(true);
      expect(await isOpen(first.key)).toBe(false);
      expect(await isOpen(second.key)).toBe(true);
      expect(await warehouse.stagePage('run-1', second.key, aPage([]), [])).toBe('staged');
      expect(await warehouse.readOrphanedRuns()).toHaveLength(1);
    }));

  test('runs that were left open are found until they are closed, once', () =>
    withWarehouse(kind, async ({ warehouse, tables }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.recordRun(aRun({ runId: 'run-2', workflowId: 'workflow-2' }), twoChunks, sampleShape);
      await warehouse.endRun('run-2', 'succeeded', finishedAt);
      await warehouse.markPulling('run-1', first.key);
      const left = await warehouse.readOrphanedRuns();
      expect(left).toMatchObject([{ runId: 'run-1', workflowId: 'workflow-1' }]);
      for (let time = 1; time <= 2; time += 1) await warehouse.endOrphanedRun(only(left), terminated);
      expect(await warehouse.readOrphanedRuns()).toEqual([]);
      expect(await warehouse.readRun('run-1')).toMatchObject({ status: 'terminated', finishedAt });
      expect(await warehouse.readRun('run-2')).toMatchObject({ status: 'succeeded' });
      expect((await warehouse.readChunkStatuses('run-1')).map(({ state }) => state)).toEqual([
        'waiting',
        'waiting',
      ]);
      expect((await tables()).filter((table) => table.startsWith('river_staging'))).toEqual([]);
    }));

  test.each([
    [
      'a page is staged',
      (each: OpenWarehouse) => each.stagePage('run-1', first.key, aPage([]), [aRequest()]),
    ],
    ['a list is staged', (each: OpenWarehouse) => each.stagePage('run-1', null, aPage([]), [aRequest()])],
    ['a chunk is begun', (each: OpenWarehouse) => each.markPulling('run-1', second.key)],
    ['it is closed', (each: OpenWarehouse) => each.endRun('run-1', 'cancelled', finishedAt)],
  ])('where %s after a run was asked about, it stays as it is', (_what, goOn) =>
    withWarehouse(kind, async ({ warehouse, open }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      const left = only(await warehouse.readOrphanedRuns());
      await goOn(await open());
      const before = await warehouse.readRun('run-1');
      const now = (await warehouse.readOrphanedRuns())[0];
      expect(now?.place).not.toBe(left.place);
      expect(await warehouse.endOrphanedRun(left, terminated)).toEqual(now);
      expect(await warehouse.readRun('run-1')).toEqual(before);
    }),
  );

  test('a workflow id used several times means its newest run', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      const started = (hour: number) => `2026-01-10T0${hour}:00:00.000Z`;
      await warehouse.recordRun(aRun({ runId: 'b', startedAt: started(1) }), twoChunks, sampleShape);
      await warehouse.recordRun(aRun({ runId: 'a', startedAt: started(3) }), twoChunks, sampleShape);
      await warehouse.recordRun(
        aRun({ runId: 'c', workflowId: 'other', startedAt: started(2) }),
        twoChunks,
        sampleShape,
      );
      expect((await warehouse.findRun('workflow-1'))?.runId).toBe('a');
      expect(await warehouse.findRun('nobody')).toBeUndefined();
      expect((await warehouse.listRuns(10)).map(({ runId }) => runId)).toEqual(['a', 'c', 'b']);
      expect(await warehouse.listRuns(1)).toHaveLength(1);
    }));
});
