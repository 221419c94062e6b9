import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { verifyTarget } from '#domain/verify/verify-target';
import {
  commitOne,
  commitRun,
  finish,
  isOfBooksAlone,
  loadModes,
  loadRun,
  stageRun,
} from '../../helpers/load-modes.ts';
import { type WarehouseCorner, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aRun, twoChunks } from '../samples.ts';

const [first, second] = twoChunks;
const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'] as const;

/** So many rows of each day that a half of them would show; all of a run bear its letter. */
const rowsOf = (letter: string, from: number, perDay: number) =>
  days
    .slice(from, from + 2)
    .flatMap((day) => Array.from({ length: perDay }, (_, at) => [day, at, letter] as const));
const chunksOf = (letter: string, perDay = 5) =>
  [
    [first, rowsOf(letter, 0, perDay)],
    [second, rowsOf(letter, 2, perDay)],
  ] as const;

/** How many rows of each run's letter stand in a table. */
async function lettersIn({ sql }: WarehouseCorner, table = 'sample'): Promise<Record<string, number>> {
  const rows = await sql(`select customer_id as letter, count(*) as n from ${table} group by 1 order by 1`);
  return Object.fromEntries(rows.map(({ letter, n }) => [String(letter), Number(n)]));
}

const findings = async ({ warehouse }: WarehouseCorner) =>
  (await warehouse.readManifestSnapshot()).flatMap(
    (snapshot) => verifyTarget(snapshot, 'test', undefined).findings,
  );

const waiting = async ({ tables }: WarehouseCorner) =>
  (await tables()).filter((name) => /^river_(staging|shadow)_/.test(name));

class Killed extends Error {}

describe.each(warehouseKinds)('in %s,', (kind) => {
  describe.each(loadModes)('in $load,', ({ load, keepsOld, steps }) => {
    const run = (runId: string, changes: Parameters<typeof aRun>[0] = {}) =>
      aRun({
        runId,
        workflowId: runId,
        startedAt: new Date().toISOString(),
        ...changes,
        target: { load, ...changes.target },
      });

    test('a reader who reads while the table loads sees what was there or all that came, never half', () =>
      withWarehouse(kind, async (corner) => {
        await loadRun(corner.warehouse, run('run-1'), chunksOf('a'));
        const next = run('run-2');
        const chunks = chunksOf('b', 200);
        await stageRun(corner.warehouse, next, chunks);
        const seen: string[] = [];
        let isDone = false;
        const slow = await corner.open({ onStep: () => sleep(5) });
        const reading = (async () => {
          while (!isDone) {
            seen.push(JSON.stringify(await lettersIn(corner)));
            await sleep(1);
          }
        })();
        await commitRun(slow, next, chunks);
        isDone = true;
        await reading;
        seen.push(JSON.stringify(await lettersIn(corner)));
        const a = (n: number) => (n > 0 ? { a: n } : {});
        const states =
          load === 'overwrite'
            ? [a(20), { b: 800 }]
            : keepsOld
              ? [a(20), { ...a(20), b: 400 }, { ...a(20), b: 800 }]
              : [a(20), { ...a(10), b: 400 }, { b: 800 }];
        const expected = states.map((state) => JSON.stringify(state));
        for (const state of new Set(seen)) expect(expected).toContain(state);
        expect(seen[0]).toBe(expected[0]);
        expect(seen.at(-1)).toBe(expected.at(-1));
      }));

    test.each(steps)('killed after "%s", a commit has changed nothing, and the next one does it all', (at) =>
      withWarehouse(kind, async (corner) => {
        const { warehouse } = corner;
        await loadRun(warehouse, run('run-1'), [[first, rowsOf('a', 0, 3)]]);
        const next = run('run-2');
        const chunk = [first, [...rowsOf('a', 0, 2), ...rowsOf('b', 0, 3)]] as const;
        const isWhole = load === 'overwrite';
        await stageRun(warehouse, next, [chunk]);
        if (isWhole) await commitOne(warehouse, next, chunk);
        const before = await lettersIn(corner);
        const killed = await corner.open({
          onStep(step) {
            if (step === at) throw new Killed();
          },
        });
        const commit = isWhole ? finish(killed, next) : commitOne(killed, next, chunk).then(() => {});
        await expect(commit).rejects.toThrow(Killed);
        const expected = {
          replace: { a: 4, b: 6 },
          append: { a: 10, b: 6 },
          merge: { a: 6, b: 6 },
          overwrite: { a: 4, b: 6 },
        };
        expect(await lettersIn(corner)).toEqual(isOfBooksAlone(at) ? expected[load] : before);
        expect(await findings(corner)).toEqual([]);
        await commitRun(warehouse, next, [chunk]);
        await commitRun(warehouse, next, [chunk]);
        expect(await lettersIn(corner)).toEqual(expected[load]);
        expect(await findings(corner)).toEqual([]);
        await warehouse.endRun('run-1', 'succeeded', '2026-01-10T07:00:00.000Z');
        await warehouse.endRun('run-2', 'succeeded', '2026-01-10T07:00:00.000Z');
        expect(await waiting(corner)).toEqual([]);
      }),
    );

    test('a run that fails in the middle leaves what its mode says, and its retry completes it', () =>
      withWarehouse(kind, async (corner) => {
        const { warehouse } = corner;
        await loadRun(warehouse, run('run-1'), chunksOf('a'));
        const failed = run('run-2');
        const [one, other] = chunksOf('b');
        await stageRun(warehouse, failed, [one, other]);
        await commitOne(warehouse, failed, one);
        await warehouse.markFailed('run-2', second.key, 'refused');
        await finish(warehouse, failed);
        await warehouse.endRun('run-2', 'failed', '2026-01-10T07:00:00.000Z');
        const half = {
          replace: { a: 10, b: 10 },
          append: { a: 20, b: 10 },
          merge: { a: 20, b: 10 },
          overwrite: { a: 20 },
        };
        expect(await lettersIn(corner)).toEqual(half[load]);
        // All days are there, but for an overwritten table: its old rows.
        expect(await findings(corner)).toEqual([]);

        const stored = await warehouse.readRun('run-2');
        if (!stored) throw new Error('run-2 is not in the manifest');
        const left = await warehouse.readUnloadedChunks(stored);
        expect(left).toEqual([{ ...second, state: 'waiting' }]);
        const retry = run('run-3', { retryOf: { runId: 'run-2', workflowId: 'run-2' } });
        await loadRun(warehouse, retry, [other]);
        const whole = {
          replace: { b: 20 },
          append: { a: 20, b: 20 },
          merge: { a: 20, b: 20 },
          overwrite: { b: 20 },
        };
        expect(await lettersIn(corner)).toEqual(whole[load]);
        const owners = await corner.sql(`select distinct _run_id from sample where customer_id = 'b'`);
        expect(owners).toEqual([{ _run_id: 'run-2' }]);
        expect(await findings(corner)).toEqual([]);
      }));

    test('a run that runs twice leaves its rows once, but where they are added', () =>
      withWarehouse(kind, async (corner) => {
        await loadRun(corner.warehouse, run('run-1'), chunksOf('a'));
        await loadRun(corner.warehouse, run('run-2'), chunksOf('a'));
        expect(await lettersIn(corner)).toEqual({ a: load === 'append' ? 40 : 20 });
        expect(await findings(corner)).toEqual([]);
      }));

    test('two runs of the same days that commit at once leave both whole, or the later one', () =>
      withWarehouse(kind, async (corner) => {
        const loads = [
          { own: run('run-1'), chunks: chunksOf('a') },
          { own: run('run-2'), chunks: chunksOf('b') },
        ];
        for (const { own, chunks } of loads) await stageRun(corner.warehouse, own, chunks);
        const warehouses = await Promise.all(loads.map(() => corner.open({ onStep: () => sleep(2) })));
        await Promise.all(
          loads.map(async ({ own, chunks }, at) => {
            const warehouse = warehouses[at] ?? corner.warehouse;
            await Promise.all(chunks.map((chunk) => commitOne(warehouse, own, chunk)));
            await finish(warehouse, own);
          }),
        );
        const held = await corner.sql(
          `select "date", customer_id as letter, count(*) as n from sample group by 1, 2 order by 1, 2`,
        );
        for (const { n } of held) expect(Number(n)).toBe(5);
        expect(held).toHaveLength(keepsOld ? 8 : 4);
        if (load === 'overwrite') expect(Object.values(await lettersIn(corner))).toEqual([20]);
        expect(await findings(corner)).toEqual([]);
      }));

    test('two rivers into two tables at once do not meet', () =>
      withWarehouse(kind, async (corner) => {
        const loads = [
          { own: run('run-1', { river: 'one', target: { table: 'one' } }), chunks: chunksOf('a') },
          { own: run('run-2', { river: 'two', target: { table: 'two' } }), chunks: chunksOf('b') },
        ];
        const warehouses = await Promise.all(loads.map(() => corner.open()));
        await Promise.all(
          loads.map(({ own, chunks }, at) => loadRun(warehouses[at] ?? corner.warehouse, own, chunks)),
        );
        expect([await lettersIn(corner, 'one'), await lettersIn(corner, 'two')]).toEqual([
          { a: 20 },
          { b: 20 },
        ]);
        expect(await findings(corner)).toEqual([]);
      }));
  });
});
