import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WarehouseUnavailableError } from '#domain/errors';
import type { Step } from '#warehouse/commit/mark-change';
import { isOfBooksAlone } from '../../helpers/load-modes.ts';
import { type WarehouseCorner, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
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

const [first] = twoChunks;
const old = [['2026-01-01', 1, 'old']] as const;
const fresh = [
  ['2026-01-01', 1, 'new'],
  ['2026-01-02', 1, 'new'],
] as const;
const steps: Step[] = ['locked', 'compared', 'removed', 'inserted', 'days', 'marked', 'unstaged'];

async function rowsIn({ sql }: WarehouseCorner): Promise<unknown[][]> {
  const rows = await sql(`select "date", action_id, customer_id from sample order by 1, 2, 3`);
  return rows.map((row) => Object.values(row));
}

/** Old rows loaded by one run, new ones staged by another. */
async function stageFresh({ warehouse }: WarehouseCorner): Promise<void> {
  await loadRows(warehouse, aRun(), [[first, old]]);
  await warehouse.recordRun(aRun({ runId: 'run-2' }), [first], sampleShape);
  await stageRows(warehouse, 'run-2', first, fresh);
}

class Killed extends Error {}

describe.each(warehouseKinds)('in %s', (kind) => {
  test.each(steps)('killed after "%s", a commit has changed nothing and the next one does it all', (at) =>
    withWarehouse(kind, async (corner) => {
      await stageFresh(corner);
      const killed = await corner.open({
        onStep(step) {
          if (step === at) throw new Killed();
        },
      });
      await expect(killed.storeChunk('run-2', first.key, aCommit(first, 2))).rejects.toThrow(Killed);
      expect(await rowsIn(corner)).toEqual(isOfBooksAlone(at) ? fresh : old);
      expect(await corner.sql('select run_id from river_days')).toEqual([
        { run_id: 'run-1' },
        { run_id: 'run-1' },
      ]);

      await corner.warehouse.storeChunk('run-2', first.key, aCommit(first, 2));
      expect(await rowsIn(corner)).toEqual(fresh);
    }),
  );

  test('two who commit the same chunk at once load it once', () =>
    withWarehouse(kind, async (corner) => {
      await stageFresh(corner);
      const others = await Promise.all([corner.open(), corner.open(), corner.open()]);
      const outcomes = await Promise.all(
        others.map((other) => other.storeChunk('run-2', first.key, aCommit(first, 2))),
      );
      for (const outcome of outcomes)
        expect(outcome).toEqual({ outcome: 'loaded', rows: 2, calls: 1, warnings: [] });
      expect(await rowsIn(corner)).toEqual(fresh);
    }));

  test('many who load into one table at once all come through', () =>
    withWarehouse(kind, async (corner) => {
      const chunks = Array.from({ length: 8 }, (_, at) => aChunk(`2026-01-0${at + 1}`, `2026-01-0${at + 1}`));
      const warehouses = await Promise.all(chunks.map(() => corner.open()));
      await Promise.all(
        warehouses.map((warehouse, at) =>
          loadRows(
            warehouse,
            aRun({ runId: `run-${at}`, river: `river-${at % 2}` }),
            chunks.map((chunk) => [chunk, [[chunk.start ?? '', at, 'x']]]),
          ),
        ),
      );
      // One row for each of two rivers on each of eight days: whoever came last.
      expect(
        await corner.sql('select _river, count(*) as rows from sample group by _river order by 1'),
      ).toEqual([
        { _river: 'river-0', rows: 8 },
        { _river: 'river-1', rows: 8 },
      ]);
      expect(await corner.sql('select cast(sum(rows) as integer) as rows from river_days')).toEqual([
        { rows: 16 },
      ]);
    }));

  test('nobody stages into a chunk while it is being loaded', () =>
    withWarehouse(kind, async (corner) => {
      await stageFresh(corner);
      const call = 'GetSample?late';
      let staging: Promise<string> | undefined;
      let settled = false;
      const committing = await corner.open({
        async onStep(step) {
          if (step !== 'inserted') return;
          staging = corner.warehouse.stagePage('run-2', first.key, aPage(fresh, { call }), [
            aRequest({ call }),
          ]);
          void staging.finally(() => {
            settled = true;
          });
          while (!settled && !(await somebodyWaits(corner))) await nextTurn();
        },
      });
      await committing.storeChunk('run-2', first.key, aCommit(first, 2));
      expect(await staging).toBe('closed');
      expect(await rowsIn(corner)).toEqual(fresh);
    }));
});

/** Whether a statement waits for a lock. In SQLite whoever wants to write has to. */
async function somebodyWaits({ kind, setting, sql }: WarehouseCorner): Promise<boolean> {
  const isOfSqlite = kind === 'sqlite' || setting.books?.client === 'better-sqlite3';
  return isOfSqlite || (await sql('select 1 from pg_locks where not granted')).length > 0;
}

test('a commit whose Postgres connection is cut passes, and has changed nothing', () =>
  withWarehouse('pg', async (corner) => {
    await stageFresh(corner);
    const cut = await corner.open({
      async onStep(step) {
        if (step !== 'inserted') return;
        await corner.sql(
          `select pg_terminate_backend(pid) from pg_locks
           where relation = 'sample'::regclass and pid <> pg_backend_pid()`,
        );
      },
    });
    await expect(cut.storeChunk('run-2', first.key, aCommit(first, 2))).rejects.toThrow(
      WarehouseUnavailableError,
    );
    expect(await rowsIn(corner)).toEqual(old);
    await corner.warehouse.storeChunk('run-2', first.key, aCommit(first, 2));
    expect(await rowsIn(corner)).toEqual(fresh);
  }));

test('the event loop has its turns while a big chunk is loaded into SQLite', () =>
  withWarehouse('sqlite', async (corner) => {
    const { warehouse } = corner;
    const rows = Array.from({ length: 10_000 }, (_, at) => ['2026-01-01', at, `customer ${at}`] as const);
    await warehouse.recordRun(aRun(), [first], sampleShape);
    for (const page of [0, 1, 2]) {
      await warehouse.stagePage('run-1', first.key, aPage(rows, { page, last: page === 2 }), [aRequest()]);
    }
    let turns = 0;
    let going = true;
    const turn = () => {
      turns += 1;
      if (going) setImmediate(turn);
    };
    setImmediate(turn);
    await warehouse.storeChunk('run-1', first.key, aCommit(first, 30_000));
    going = false;
    expect(turns).toBeGreaterThan(30);
  }));
