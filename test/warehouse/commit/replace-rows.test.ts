import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../../src/domain/chunk/chunk.ts';
import { EmptyAnswerError } from '../../../src/domain/errors.ts';
import { addDays, type Day } from '../../../src/domain/period/day.ts';
import type { CommitRequest } from '../../../src/domain/run/commit.ts';
import type { NewRun } from '../../../src/domain/run/stored-run.ts';
import { type WarehouseCorner, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aChunk, aCommit, aRun, loadRows, sampleShape, stageRows } from '../samples.ts';

const days = ['2026-01-01', '2026-01-02', '2026-01-03'] as const;
const three = aChunk(days[0], days[2]);
const withoutDays: Chunk = { key: '-', first: null, last: null };
type Rows = readonly (readonly [Day, number, string])[];

const rowsOf = (day: Day, count: number): Rows =>
  Array.from({ length: count }, (_, at) => [day, at, 'old'] as const);

/** Stages what a run of this chunk has brought, and commits it. */
async function load(
  { warehouse }: WarehouseCorner,
  run: NewRun,
  chunk: Chunk,
  rows: Rows,
  changes: Partial<CommitRequest> = {},
) {
  await warehouse.openRun(run, [chunk], sampleShape);
  await warehouse.beginChunk(run.runId, chunk.key);
  await stageRows(warehouse, run.runId, chunk, rows);
  return warehouse.commitChunk(run.runId, chunk.key, aCommit(chunk, rows.length, changes));
}

const countsIn = async ({ sql }: WarehouseCorner, river = 'sample') =>
  (
    await sql(
      `select "date" as day, _run_id as run, count(*) as n from sample where _river = '${river}' group by 1, 2 order by 1, 2`,
    )
  ).map(({ day, run, n }) => [day, run, Number(n)]);

const daysIn = async ({ sql }: WarehouseCorner, river = 'sample') =>
  (
    await sql(`select day, run, rows, provisional from river_days where river = '${river}' order by day, run`)
  ).map(({ day, run, rows, provisional }) => [day, run, Number(rows), Boolean(provisional)]);

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a commit that would remove rows and brings none changes nothing, whatever the manifest says', () =>
    withWarehouse(kind, async (corner) => {
      await loadRows(corner.warehouse, aRun({ river: 'other', runId: 'run-0' }), [
        [three, rowsOf(days[2], 4)],
      ]);
      await load(corner, aRun(), three, [...rowsOf(days[0], 2), ...rowsOf(days[1], 3)]);
      const [rows, booked] = [await countsIn(corner), await daysIn(corner)];
      const again = load(corner, aRun({ runId: 'run-2', workflowId: 'second' }), three, []);
      await expect(again).rejects.toThrow(EmptyAnswerError);
      await expect(again).rejects.toThrow(
        /^5 rows of 2026-01-01 to 2026-01-02 would be deleted, the API returned none\. .*`river retry second --allow-emptied`/,
      );
      expect([await countsIn(corner), await daysIn(corner)]).toEqual([rows, booked]);
      expect(await corner.warehouse.chunkStatuses('run-2')).toMatchObject([{ state: 'pulling' }]);

      await corner.sql(`delete from river_days where river = 'sample'`);
      const unbooked = load(corner, aRun({ runId: 'run-3' }), three, []);
      await expect(unbooked).rejects.toThrow(/^5 rows of 2026-01-01 to 2026-01-02 would be deleted/);
      await corner.sql(`delete from sample where _river = 'sample'`);
      expect(await load(corner, aRun({ runId: 'run-4' }), three, [])).toMatchObject({
        rows: 0,
        warnings: [],
      });
      expect(await countsIn(corner, 'other')).toEqual([[days[2], 'run-0', 4]]);
    }));

  test('a day that gets none keeps its rows and what the manifest says of it; the others are replaced', () =>
    withWarehouse(kind, async (corner) => {
      await load(corner, aRun(), three, [...rowsOf(days[0], 2), ...rowsOf(days[1], 3)], {
        completeUpTo: days[0],
      });
      const others = Array.from({ length: 150 }, (_, at) => ({ start: null, end: null, message: `${at}` }));
      const changes = { warnings: others };
      const outcome = await load(corner, aRun({ runId: 'run-2' }), three, rowsOf(days[0], 1), changes);
      const kept = { start: days[1], end: days[1], about: 'data' };
      expect(outcome).toMatchObject({ rows: 1, warnings: [...others, kept] });
      // What is about data is listed however much else there is.
      const { warnings } = await corner.warehouse.summariseRun('run-2');
      expect(warnings).toMatchObject([kept, ...others.slice(0, 99)]);
      expect(await countsIn(corner)).toEqual([
        [days[0], 'run-2', 1],
        [days[1], 'run-1', 3],
      ]);
      expect(await daysIn(corner)).toEqual([
        [days[0], 'run-2', 1, false],
        [days[1], 'run-1', 3, true],
        [days[2], 'run-2', 0, false],
      ]);
    }));

  test('emptied: allow removes them, of some days and of all, and says so', () =>
    withWarehouse(kind, async (corner) => {
      const target = { emptied: 'allow' };
      await load(corner, aRun(), three, [...rowsOf(days[0], 2), ...rowsOf(days[1], 3)]);
      const some = await load(corner, aRun({ runId: 'run-2', target }), three, rowsOf(days[0], 2));
      expect(some).toMatchObject({ rows: 2, warnings: [{ start: days[1], about: 'data' }] });
      expect(await countsIn(corner)).toEqual([[days[0], 'run-2', 2]]);
      const all = await load(corner, aRun({ runId: 'run-3', target }), three, []);
      expect(all).toMatchObject({ rows: 0, warnings: [{ start: days[0], about: 'data' }] });
      expect(await countsIn(corner)).toEqual([]);
      expect(await daysIn(corner)).toEqual(days.map((day) => [day, 'run-3', 0, false]));
    }));

  test('a report without days, and one of a data date, keep their rows as well', () =>
    withWarehouse(kind, async (corner) => {
      const whole = (runId: string, target = {}) => aRun({ runId, period: null, river: 'whole', target });
      await load(corner, whole('run-1'), withoutDays, rowsOf(days[0], 3));
      await expect(load(corner, whole('run-2'), withoutDays, [])).rejects.toThrow(
        /^3 rows of sample would be deleted, the API returned none/,
      );
      expect(await countsIn(corner, 'whole')).toEqual([[days[0], 'run-1', 3]]);
      expect(await load(corner, whole('run-3'), withoutDays, rowsOf(days[1], 1))).toMatchObject({
        warnings: [{ start: null, end: null, message: expect.stringMatching(/^1 row of sample replaced 3/) }],
      });
      expect(await load(corner, whole('run-4', { emptied: 'allow' }), withoutDays, [])).toMatchObject({
        warnings: [
          { start: null, end: null, message: expect.stringMatching(/^1 row of sample were? deleted/) },
        ],
      });

      const dated = (day: Day) => ({ scope: { column: 'date', first: day, last: day } });
      const changers = (runId: string) => aRun({ runId, period: null, river: 'changers' });
      await load(corner, changers('run-5'), withoutDays, rowsOf(days[0], 3), dated(days[0]));
      await load(corner, changers('run-6'), withoutDays, [], dated(days[1]));
      await expect(load(corner, changers('run-7'), withoutDays, [], dated(days[0]))).rejects.toThrow(
        /^3 rows of 2026-01-01 would be deleted/,
      );
      expect(await countsIn(corner, 'changers')).toEqual([[days[0], 'run-5', 3]]);
    }));

  test('append removes nothing, so it says nothing', () =>
    withWarehouse(kind, async (corner) => {
      const target = { load: 'append' };
      await load(corner, aRun({ target }), three, rowsOf(days[0], 9));
      expect(await load(corner, aRun({ runId: 'run-2', target }), three, [])).toMatchObject({ warnings: [] });
      const fewer = await load(corner, aRun({ runId: 'run-3', target }), three, rowsOf(days[0], 1));
      expect(fewer).toMatchObject({ warnings: [] });
      expect(await countsIn(corner)).toEqual([
        [days[0], 'run-1', 9],
        [days[0], 'run-3', 1],
      ]);
    }));

  test('every other one of many days is kept', () =>
    withWarehouse(kind, async (corner) => {
      const all = Array.from({ length: 120 }, (_, at) => addDays('2020-01-01', at));
      const long = aChunk(all[0] ?? '', all.at(-1) ?? '');
      const even = all.filter((_, at) => at % 2 === 0);
      await loadRows(corner.warehouse, aRun(), [[long, all.flatMap((day) => rowsOf(day, 1))]]);
      const outcome = await load(
        corner,
        aRun({ runId: 'run-2' }),
        long,
        even.flatMap((day) => rowsOf(day, 1)),
      );
      expect(outcome).toMatchObject({ rows: 60 });
      expect(await countsIn(corner)).toEqual(
        all.map((day, at) => [day, at % 2 === 0 ? 'run-2' : 'run-1', 1]),
      );
      expect(await daysIn(corner)).toEqual(
        all.map((day, at) => [day, at % 2 === 0 ? 'run-2' : 'run-1', 1, false]),
      );
    }));
});
