import { describe, expect, test } from 'vitest';
import { chunkWithoutDays } from '#domain/chunk/chunk';
import { EmptyAnswerError, SchemaConflictError } from '#domain/errors';
import { verifyTarget } from '#domain/verify/verify-target';
import { countStatements } from '../../helpers/count-statements.ts';
import { commitOne, commitRun, finish, loadRun, stageRun } from '../../helpers/load-modes.ts';
import {
  areBooksApart,
  type WarehouseCorner,
  warehouseKinds,
  withWarehouse,
} from '../../helpers/with-warehouse.ts';
import { aChunk, aCommit, aPage, aRequest, aRun, loadAnswers, sampleShape, twoChunks } from '../samples.ts';

const [first, second] = twoChunks;
const a = [
  ['2026-01-01', 1, 'a'],
  ['2026-01-02', 1, 'a'],
] as const;
const later = [['2026-01-03', 1, 'a']] as const;
const whole = [
  [first, a],
  [second, later],
] as const;

const run = (runId: string, changes: Parameters<typeof aRun>[0] = {}) =>
  aRun({
    runId,
    workflowId: runId,
    startedAt: new Date().toISOString(),
    ...changes,
    target: { load: 'overwrite', ...changes.target },
  });
const closedAt = '2026-01-10T07:00:00.000Z';

async function rowsIn({ sql }: WarehouseCorner): Promise<unknown[][]> {
  const rows = await sql('select "date", action_id, customer_id from sample order by 1, 2, 3');
  return rows.map((row) => Object.values(row));
}

const shadows = async ({ tables }: WarehouseCorner) =>
  (await tables()).filter((name) => name.startsWith('river_shadow_'));

const findings = async ({ warehouse }: WarehouseCorner) =>
  (await warehouse.readManifestSnapshot()).flatMap(
    (snapshot) => verifyTarget(snapshot, 'test', undefined).findings,
  );

/** A run of which one chunk is loaded and the other has failed. */
async function fail({ warehouse }: WarehouseCorner, runId: string): Promise<void> {
  const failed = run(runId);
  await stageRun(warehouse, failed, whole);
  await commitOne(warehouse, failed, whole[0]);
  await warehouse.markFailed(runId, second.key, 'refused');
  await finish(warehouse, failed);
  await warehouse.endRun(runId, 'failed', closedAt);
}

describe.each(warehouseKinds)('overwrite, in %s:', (kind) => {
  test('all that stood there goes, of other days, other rivers and nobody, and the manifest knows it', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      const other = aRun({ runId: 'run-0', river: 'other' });
      await loadRun(warehouse, other, [[aChunk('2025-12-01', '2025-12-01'), [['2025-12-01', 1, 'x']]]]);
      await loadRun(warehouse, run('run-1'), whole);
      await sql(`insert into sample ("date", action_id, customer_id) values ('2026-01-01', 9, 'by hand')`);
      await loadRun(warehouse, run('run-2'), [[second, later]]);
      expect(await rowsIn(corner)).toEqual(later);
      const days = await sql('select river, run_id, day, rows from river_days order by day');
      expect(days.map(Object.values)).toEqual([
        ['sample', 'run-2', '2026-01-03', 1],
        ['sample', 'run-2', '2026-01-04', 0],
      ]);
      const [row] = await sql('select _river, _run_id, _chunk from sample');
      expect(row).toEqual({ _river: 'sample', _run_id: 'run-2', _chunk: second.key });
      expect(await findings(corner)).toEqual([]);
      expect(await shadows(corner)).toEqual([]);
      const { overwritten } = await warehouse.summariseRun('run-2');
      expect(overwritten).toBe(true);
    }));

  test('a failed run waits in its shadow, says so, and the next full run discards it', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await loadRun(warehouse, run('run-1'), [[first, a]]);
      await fail(corner, 'run-2');
      expect(await rowsIn(corner)).toEqual(a);
      expect(await shadows(corner)).toHaveLength(1);
      expect((await warehouse.summariseRun('run-2')).overwritten).toBe(false);

      const next = run('run-3');
      await stageRun(warehouse, next, whole);
      expect(await shadows(corner)).toEqual([]);
      const states = await warehouse.readChunkStatuses('run-2');
      expect(states.map(({ state, error }) => [state, error?.split(':')[0]])).toEqual([
        ['failed', 'Discarded'],
        ['failed', 'refused'],
      ]);
      await commitRun(warehouse, next, whole);
      expect(await rowsIn(corner)).toEqual([...a, ...later]);
      // Its days are loaded since: there is nothing left to retry.
      const stored = await warehouse.readRun('run-2');
      const left = stored && (await warehouse.readUnloadedChunks(stored));
      expect(left?.map(({ state }) => state)).toEqual(['skipped', 'skipped']);
      expect(await findings(corner)).toEqual([]);
    }));

  test('a river that no longer overwrites its table discards the shadow that was left', () =>
    withWarehouse(kind, async (corner) => {
      await fail(corner, 'run-1');
      expect(await shadows(corner)).toHaveLength(1);
      await loadRun(corner.warehouse, run('run-2', { target: { load: 'replace' } }), whole);
      expect(await shadows(corner)).toEqual([]);
      expect(await rowsIn(corner)).toEqual([...a, ...later]);
      expect(await findings(corner)).toEqual([]);
    }));

  test('a run that is under way keeps its shadow when another begins', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      const one = run('run-1');
      await stageRun(warehouse, one, whole);
      await commitOne(warehouse, one, whole[0]);
      await stageRun(warehouse, run('run-2'), whole);
      expect(await shadows(corner)).toHaveLength(1);
      await commitOne(warehouse, one, whole[1]);
      await finish(warehouse, one);
      expect(await rowsIn(corner)).toEqual([...a, ...later]);
    }));

  test('a load without any row is refused where the table has some, and a retry that allows it deletes them', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await loadRun(warehouse, run('run-1'), whole);
      const empty = [
        [first, []],
        [second, []],
      ] as const;
      await expect(loadRun(warehouse, run('run-2'), empty)).rejects.toThrow(EmptyAnswerError);
      await warehouse.markAllFailed('run-2', 'EmptyAnswerError: none');
      await warehouse.endRun('run-2', 'failed', closedAt);
      expect(await rowsIn(corner)).toEqual([...a, ...later]);
      const { overwritten, failedChunks } = await warehouse.summariseRun('run-2');
      expect({ overwritten, failedChunks }).toEqual({
        overwritten: false,
        failedChunks: [{ start: null, end: null, error: 'EmptyAnswerError: none' }],
      });
      const retry = run('run-3', {
        retryOf: { runId: 'run-2', workflowId: 'run-2' },
        target: { emptied: 'allow' },
      });
      await loadRun(warehouse, retry, []);
      expect(await rowsIn(corner)).toEqual([]);
      const { overwritten: done, warnings } = await warehouse.summariseRun('run-3');
      expect(done).toBe(true);
      expect(warnings.map(({ message }) => message)).toEqual([
        expect.stringContaining('deleted; the API returned none'),
      ]);
      expect(await findings(corner)).toEqual([]);
    }));

  test('a day of the run that had rows and gets none keeps them, with a warning; days that the run does not have go', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await loadRun(warehouse, run('run-1'), whole);
      await loadRun(warehouse, run('run-2'), [[first, [['2026-01-01', 2, 'b']]]]);
      expect(await rowsIn(corner)).toEqual([
        ['2026-01-01', 2, 'b'],
        ['2026-01-02', 1, 'a'],
      ]);
      const { warnings } = await warehouse.summariseRun('run-2');
      expect(warnings).toMatchObject([{ start: '2026-01-02', end: '2026-01-02', about: 'data' }]);
      expect(await findings(corner)).toEqual([]);
    }));

  test('a report without days is overwritten as one', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      for (const [runId, letter] of [
        ['run-1', 'a'],
        ['run-2', 'b'],
      ] as const) {
        const own = run(runId, { period: null });
        await warehouse.recordRun(own, [chunkWithoutDays], { ...sampleShape, dayColumn: null });
        await warehouse.markPulling(runId, chunkWithoutDays.key);
        await warehouse.stagePage(runId, chunkWithoutDays.key, aPage([[null, 1, letter]]), [aRequest()]);
        await warehouse.storeChunk(runId, chunkWithoutDays.key, aCommit(chunkWithoutDays, 1));
        await warehouse.storeOverwrite(runId, { dayColumn: null, completeUpTo: null, key: [] });
      }
      const rows = await corner.sql('select customer_id, _run_id, _chunk from sample');
      expect(rows).toEqual([{ customer_id: 'b', _run_id: 'run-2', _chunk: null }]);
    }));

  test('fields, values beside their column and a column that a person changed since are loaded as they came', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      const own = run('run-1');
      await loadAnswers(
        warehouse,
        own,
        [
          [first, [[{ action_id: 1, customer_id: 'a', Extra: 5 }]]],
          [second, [[{ action_id: 'odd', customer_id: 'b' }]]],
        ],
        { ...sampleShape, key: [] },
      );
      if (kind === 'pg') await sql('alter table sample alter column action_id type numeric(3, 1)');
      await warehouse.storeOverwrite('run-1', { dayColumn: 'date', completeUpTo: null, key: [] });
      const rows = await sql(
        'select action_id, action_id__text, customer_id, extra from sample order by customer_id',
      );
      expect(
        rows.map((row) =>
          Object.values(row).map((value) =>
            value === null ? null : String(Number.isNaN(Number(value)) ? value : Number(value)),
          ),
        ),
      ).toEqual([
        ['1', null, 'a', '5'],
        [null, 'odd', 'b', null],
      ]);
    }));

  test('a trigger that gives rows another day fails the load, and the old content stays', () =>
    withWarehouse(kind, async (corner) => {
      const { sql, warehouse } = corner;
      await loadRun(warehouse, run('run-1'), whole);
      const before = await rowsIn(corner);
      const act = `update sample set "date" = '2020-01-01' where action_id = 2`;
      if (kind === 'pg')
        await sql(
          `create function f() returns trigger language plpgsql set search_path from current as $$ begin ${act}; return null; end $$`,
        );
      await sql(
        `create trigger t after insert on sample ${kind === 'pg' ? 'for each statement execute function f()' : `begin ${act}; end`}`,
      );
      const moved = [[first, [['2026-01-01', 2, 'a']]]] as const;
      await expect(loadRun(warehouse, run('run-2'), moved)).rejects.toThrow(
        'The table sample took 0 of 1 row',
      );
      expect(await rowsIn(corner)).toEqual(before);
    }));

  test('where the shadow is gone nothing is changed', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      await loadRun(warehouse, run('run-1'), whole);
      const next = run('run-2');
      await stageRun(warehouse, next, whole);
      for (const each of whole) await commitOne(warehouse, next, each);
      const [shadow] = await shadows(corner);
      await sql(`delete from "${shadow}" where chunk = '${second.key}'`);
      await expect(finish(warehouse, next)).rejects.toThrow(SchemaConflictError);
      expect(await findings(corner)).toEqual([]);
    }));

  test('ten times as many chunks take no more statements at the end, and none that brings rows here', () =>
    withWarehouse(kind, async (corner) => {
      const counts: number[] = [];
      for (const chunks of [4, 40]) {
        const own = run(`run-${chunks}`);
        const all = Array.from({ length: chunks }, (_, at) => {
          const day = new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10);
          return [aChunk(day, day), [[day, at, 'a']]] as const;
        });
        await stageRun(corner.warehouse, own, all);
        for (const each of all) await commitOne(corner.warehouse, own, each);
        counts.push(await countStatements(() => finish(corner.warehouse, own)));
        expect(await rowsIn(corner)).toHaveLength(chunks);
      }
      // SQLite counts the days of the table one by one, and reads page by page past Knex.
      const [few = 0, many = 0] = counts;
      // What lies in another database is read here, page by page.
      if (areBooksApart) return;
      if (kind === 'pg') expect(many).toBe(few);
      else expect(many - few).toBeLessThanOrEqual(40);
    }));
});
