import { describe, expect, test } from 'vitest';
import type { Chunk } from '#domain/chunk/chunk';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aChunk, aCommit, aRun, sampleShape, stageRows } from '../samples.ts';

const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05', '2026-01-06'] as const;
const stretch = (from: number, to: number) => aChunk(days[from] ?? '', days[to] ?? '');
/** The same days, cut differently, and in another order: two runs that meet in the middle of each other's chunks. */
const cuts: readonly (readonly Chunk[])[] = [
  [stretch(0, 1), stretch(2, 3), stretch(4, 5)],
  [stretch(4, 5), stretch(2, 3), stretch(0, 1)],
  [stretch(3, 5), stretch(0, 2)],
  [stretch(0, 0), stretch(1, 4), stretch(5, 5)],
];
/** So many rows of each day that a mix of two runs would show. */
const customers = 25;

const rowsOf = ({ start, end }: Chunk, run: number) =>
  days
    .filter((day) => day >= (start ?? '') && day <= (end ?? ''))
    .flatMap((day) => Array.from({ length: customers }, (_, at) => [day, run, `c${at}`] as const));

describe.each(warehouseKinds)('commits of several runs at once, in %s,', (kind) => {
  test.each([
    ['replace', ['sample', 'sample', 'sample', 'sample']],
    ['replace', ['sample', 'other', 'sample', 'other']],
    ['append', ['sample', 'other', 'sample', 'other']],
  ] as const)('in %s, of the rivers %j, leave whole chunks only', (load, rivers) =>
    withWarehouse(kind, async ({ warehouse, open, sql }) => {
      const loaders = await Promise.all(
        cuts.map(async (chunks, at) => {
          const run = aRun({ runId: `run-${at}`, river: rivers[at] ?? '', target: { load } });
          await warehouse.recordRun(run, chunks, sampleShape);
          for (const chunk of chunks) {
            await warehouse.markPulling(run.runId, chunk.key);
            await stageRows(warehouse, run.runId, chunk, rowsOf(chunk, at));
          }
          // Each in a process of its own, which gives way to the others within its transaction.
          const own = await open({ onStep: () => new Promise((resolve) => setTimeout(resolve, at)) });
          return () =>
            Promise.all(
              chunks.map((chunk) =>
                own.storeChunk(run.runId, chunk.key, aCommit(chunk, rowsOf(chunk, at).length)),
              ),
            );
        }),
      );
      const outcomes = await Promise.all(loaders.map((commitAll) => commitAll()));
      for (const { outcome } of outcomes.flat()) expect(outcome).toBe('loaded');

      const held = await sql(
        `select _river, "date", _run_id as run, min(action_id) as least, max(action_id) as most, count(*) as n
         from sample group by 1, 2, 3 order by 1, 2, 3`,
      );
      for (const { n, run, least, most } of held) {
        expect(Number(n)).toBe(customers);
        expect([`run-${least}`, `run-${most}`]).toEqual([run, run]);
      }
      const names = new Set(rivers);
      const copies = load === 'append' ? cuts.length : names.size;
      expect(held).toHaveLength(copies * days.length);
      const booked = await sql('select river, "day", run_id, rows from river_days order by 1, 2, 3');
      expect(booked.map((row) => Object.values(row).map(String))).toEqual(
        held.map(({ _river, date, run, n }) => [_river, String(date).slice(0, 10), run, n].map(String)),
      );
    }),
  );
});
