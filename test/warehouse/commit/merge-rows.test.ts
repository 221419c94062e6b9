import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkWithoutDays } from '#domain/chunk/chunk';
import type { Value } from '#domain/column/column';
import type { TableShape } from '#domain/column/river-table';
import { SchemaConflictError } from '#domain/errors';
import { verifyTarget } from '#domain/verify/verify-target';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { type WarehouseCorner, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import {
  aChunk,
  aColumn,
  aCommit,
  aPage,
  aRequest,
  aRun,
  loadAnswers,
  loadRows,
  twoChunks,
} from '../samples.ts';

const [first, second] = twoChunks;
const target = { load: 'merge' };

/** An action and a customer make the key; a day, an amount and a note change. */
const shape: TableShape = {
  columns: [
    aColumn('date', 'date'),
    aColumn('action_id', 'integer'),
    aColumn('customer_id', 'text'),
    aColumn('amount', 'double'),
    aColumn('note', 'text'),
  ],
  key: ['action_id', 'customer_id'],
  mergeKey: ['action_id', 'customer_id'],
  dayColumn: 'date',
};
const types = {
  date: 'date',
  action_id: 'integer',
  customer_id: 'text',
  amount: 'double',
  note: 'text',
};
const columns = Object.keys(types);
const mergeKey = ['action_id', 'customer_id'];

type Rows = readonly (readonly Value[])[];

/** Loads each chunk's rows as pages of one call. */
async function merge(
  warehouse: OpenWarehouse,
  runId: string,
  chunks: readonly (readonly [typeof first, Rows])[],
  changes: Parameters<typeof aRun>[0] = {},
): Promise<void> {
  await warehouse.recordRun(
    aRun({ runId, workflowId: runId, target, ...changes }),
    chunks.map(([chunk]) => chunk),
    shape,
  );
  for (const [chunk, rows] of chunks) {
    await warehouse.markPulling(runId, chunk.key);
    // The rows of a page have one day.
    const pages: Value[][][] = [];
    for (const row of rows) {
      const page = pages.at(-1);
      if (page && page.length < 3 && page[0]?.[0] === row[0]) page.push([...row]);
      else pages.push([[...row]]);
    }
    for (const [page, some] of pages.entries()) {
      const last = page === pages.length - 1;
      const requests = page === 0 ? [aRequest()] : [];
      await warehouse.stagePage(runId, chunk.key, aPage(some, { columns, types, page, last }), requests);
    }
    if (pages.length === 0)
      await warehouse.stagePage(runId, chunk.key, aPage([], { columns, types }), [aRequest()]);
    await warehouse.storeChunk(runId, chunk.key, aCommit(chunk, rows.length, { mergeKey }));
  }
}

async function rowsIn({ sql }: WarehouseCorner): Promise<unknown[][]> {
  const rows = await sql(
    'select action_id, customer_id, "date", amount, note, _run_id from sample order by 1, 2, 3, 4',
  );
  return rows.map((row) => Object.values(row));
}

/** What `river verify` finds. */
const findings = async ({ warehouse }: WarehouseCorner) =>
  (await warehouse.readManifestSnapshot()).flatMap(
    (snapshot) => verifyTarget(snapshot, 'test', undefined).findings,
  );

describe.each(warehouseKinds)('merge, in %s:', (kind) => {
  test('a row that is found again is updated where it differs, the others are inserted, and all are counted', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      await merge(warehouse, 'run-1', [
        [
          first,
          [
            ['2026-01-01', 1, 'a', 1, 'same'],
            ['2026-01-01', 1, 'b', 1, 'old'],
            ['2026-01-02', 2, 'a', null, null],
          ],
        ],
      ]);
      await merge(warehouse, 'run-2', [
        [
          first,
          [
            ['2026-01-01', 1, 'a', 1, 'same'],
            ['2026-01-01', 1, 'b', 7, 'thrown away'],
            ['2026-01-02', 3, 'a', 1, 'new'],
            ['2026-01-02', 1, 'b', 2, 'last'],
          ],
        ],
      ]);
      expect(await rowsIn(corner)).toEqual([
        [1, 'a', '2026-01-01', 1, 'same', 'run-1'],
        [1, 'b', '2026-01-02', 2, 'last', 'run-2'],
        [2, 'a', '2026-01-02', null, null, 'run-1'],
        [3, 'a', '2026-01-02', 1, 'new', 'run-2'],
      ]);
      const { rows, merged } = await warehouse.summariseRun('run-2');
      expect({ rows, merged }).toEqual({
        rows: 4,
        merged: { inserted: 1, updated: 1, unchanged: 1, duplicates: 1 },
      });
      expect(await sql('select day, rows, run_id as run from river_days order by 1, 3')).toEqual([
        { day: '2026-01-01', rows: 1, run: 'run-1' },
        { day: '2026-01-01', rows: 0, run: 'run-2' },
        { day: '2026-01-02', rows: 1, run: 'run-1' },
        { day: '2026-01-02', rows: 2, run: 'run-2' },
      ]);
      expect(await findings(corner)).toEqual([]);
    }));

  test('null equals null in the key, and rows of other rivers are left alone', () =>
    withWarehouse(kind, async (corner) => {
      const rows = (note: string): Rows => [
        ['2026-01-01', null, 'a', 1, note],
        ['2026-01-01', null, null, 1, note],
        ['2026-01-01', 1, null, 1, note],
      ];
      await merge(corner.warehouse, 'run-1', [[first, rows('old')]]);
      await merge(corner.warehouse, 'run-2', [[first, rows('other')]], { river: 'other' });
      await merge(corner.warehouse, 'run-3', [[first, [...rows('twice'), ...rows('new')]]]);
      const held = await corner.sql(
        'select _river, note, count(*) as n from sample group by 1, 2 order by 1, 2',
      );
      expect(held.map(Object.values)).toEqual([
        ['other', 'other', 3],
        ['sample', 'new', 3],
      ]);
      expect((await corner.warehouse.summariseRun('run-3')).merged).toEqual({
        inserted: 0,
        updated: 3,
        unchanged: 0,
        duplicates: 3,
      });
      expect(await findings(corner)).toEqual([]);
    }));

  test('a chunk without rows removes nothing, and its days are loaded', () =>
    withWarehouse(kind, async (corner) => {
      const rows: Rows = [['2026-01-01', 1, 'a', 1, 'x']];
      await merge(corner.warehouse, 'run-1', [[first, rows]]);
      await merge(corner.warehouse, 'run-2', [
        [first, []],
        [second, []],
      ]);
      expect(await rowsIn(corner)).toHaveLength(1);
      const { days } = await corner.warehouse.readLoadedDays('sample', 'sample');
      expect(new Set(days.map(({ day }) => day)).size).toBe(4);
      expect(await findings(corner)).toEqual([]);
    }));

  test('later chunks win over earlier ones, and the days of a row that moves are counted anew', () =>
    withWarehouse(kind, async (corner) => {
      await merge(corner.warehouse, 'run-1', [
        [
          first,
          [
            ['2026-01-01', 1, 'a', 1, 'x'],
            ['2026-01-02', 1, 'b', 1, 'x'],
          ],
        ],
        [second, [['2026-01-03', 1, 'a', 2, 'y']]],
      ]);
      expect(await rowsIn(corner)).toEqual([
        [1, 'a', '2026-01-03', 2, 'y', 'run-1'],
        [1, 'b', '2026-01-02', 1, 'x', 'run-1'],
      ]);
      expect(await findings(corner)).toEqual([]);
    }));

  test('a report without days: the manifest knows how many rows of each run still stand', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      const plain: TableShape = { ...shape, dayColumn: null };
      const load = async (runId: string, rows: Rows) => {
        const run = aRun({ runId, workflowId: runId, target, period: null });
        const all: NonNullable<Parameters<typeof aRun>[0]> = { ...run, river: 'sample', target };
        await warehouse.recordRun(aRun({ ...all, runId }), [chunkWithoutDays], plain);
        await warehouse.markPulling(runId, chunkWithoutDays.key);
        await warehouse.stagePage(runId, chunkWithoutDays.key, aPage(rows, { columns, types, day: null }), [
          aRequest(),
        ]);
        await warehouse.storeChunk(
          runId,
          chunkWithoutDays.key,
          aCommit(chunkWithoutDays, rows.length, { mergeKey }),
        );
      };
      await load('run-1', [
        [null, 1, 'a', 1, 'x'],
        [null, 1, 'b', 1, 'x'],
      ]);
      await load('run-2', [
        [null, 1, 'b', 1, 'y'],
        [null, 1, 'c', 1, 'y'],
      ]);
      expect(await sql('select run_id as run, rows, rows_standing from river_chunks order by 1')).toEqual([
        { run: 'run-1', rows: 2, rows_standing: 1 },
        { run: 'run-2', rows: 2, rows_standing: 2 },
      ]);
    }));

  test('what a row no longer has goes from it: a field, and what stood beside a column', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      const load = (runId: string, answers: readonly Record<string, unknown>[]) =>
        loadAnswers(
          warehouse,
          aRun({ runId, target }),
          [[aChunk('2026-01-01', '2026-01-01'), [answers]]],
          { ...shape, key: mergeKey },
          { mergeKey },
        );
      await load('run-1', [{ action_id: 1, customer_id: 'a', amount: 'odd', note: 'x', Extra: 5 }]);
      const [before] = await sql('select amount, amount__text, extra from sample');
      expect(Object.values(before ?? {}).map(String)).toEqual(['null', 'odd', '5']);
      await load('run-2', [{ action_id: 1, customer_id: 'a', amount: 3, note: 'x' }]);
      expect(await sql('select amount, amount__text, extra from sample')).toEqual([
        { amount: 3, amount__text: null, extra: null },
      ]);
    }));

  test('a trigger that leaves a row out fails the chunk', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      await merge(warehouse, 'run-1', [[first, []]]);
      if (kind === 'pg') {
        await sql(`create function skip() returns trigger language plpgsql as $$
          begin if new.customer_id = 'b' then return null; end if; return new; end $$`);
        await sql('create trigger skip before insert on sample for each row execute function skip()');
      } else
        await sql(`create trigger skip after insert on sample when new.customer_id = 'b'
          begin delete from sample where customer_id = 'b'; end`);
      const rows: Rows = [
        ['2026-01-01', 1, 'a', 1, 'x'],
        ['2026-01-01', 1, 'b', 1, 'x'],
      ];
      await expect(merge(warehouse, 'run-2', [[first, rows]])).rejects.toThrow(SchemaConflictError);
      expect(await rowsIn(corner)).toEqual([]);
    }));

  test('the columns of the key have an index, where River makes the table', () =>
    withWarehouse(kind, async (corner) => {
      await merge(corner.warehouse, 'run-1', [[first, []]]);
      const list =
        kind === 'pg'
          ? `select indexname as name from pg_indexes where schemaname = current_schema() and tablename = 'sample'`
          : `select name from sqlite_schema where type = 'index' and tbl_name = 'sample'`;
      const names = (await corner.sql(`${list} order by 1`)).map(({ name }) => String(name).slice(0, 10));
      expect(names).toEqual(['river_days', 'river_key_']);
    }));

  const text = fc.oneof(
    fc.constantFrom(null, '', 'a', "it's", '"quoted"', 'a\\b', '\t', 'ä', 'a\u0301', 'A', ' a'),
    fc.string({ unit: 'binary', maxLength: 3 }).map((any) => any.replaceAll('\0', '').toWellFormed()),
  );
  const aRow = fc.tuple(
    fc.constantFrom('2026-01-01', '2026-01-02'),
    fc.constantFrom<Value>(null, 1, 2, '9007199254740993', '-9223372036854775808'),
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'b', null) }, { weight: 1, arbitrary: text }),
    fc.constantFrom(null, 0, 1.5, -1e300),
    text,
  );
  test('any rows: the table is what a map of the last row of each key holds', () =>
    withWarehouse(kind, async (corner) => {
      let runs = 0;
      const { warehouse, sql } = corner;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(aRow, { maxLength: 9 }), { minLength: 1, maxLength: 3 }),
          async (loads) => {
            runs += 1;
            const river = `river ${runs}`;
            const model = new Map<string, { row: readonly Value[]; run: string }>();
            for (const [at, staged] of loads.entries()) {
              const runId = `run ${runs} ${at}`;
              const counts = { inserted: 0, updated: 0, unchanged: 0, duplicates: 0 };
              const last = new Map(staged.map((row) => [JSON.stringify([row[1], row[2]]), row]));
              counts.duplicates = staged.length - last.size;
              for (const [key, row] of last) {
                const before = model.get(key);
                if (before && JSON.stringify(before.row) === JSON.stringify(row)) counts.unchanged += 1;
                else {
                  counts[before ? 'updated' : 'inserted'] += 1;
                  model.set(key, { row, run: runId });
                }
              }
              await merge(warehouse, runId, [[first, staged]], { river });
              const { merged } = await warehouse.summariseRun(runId);
              expect(merged).toEqual(counts);
            }
            const held = await sql(
              `select "date", cast(action_id as text) as action_id, customer_id, amount, note, _run_id from sample where _river = '${river}'`,
            );
            const toLine = (row: readonly unknown[], run: string) =>
              JSON.stringify([
                ...row.map((value, place) =>
                  value == null ? null : String(place === 3 ? Number(value) : value),
                ),
                run,
              ]);
            expect(
              held
                .map(({ date, action_id, customer_id, amount, note, _run_id }) =>
                  toLine([date, action_id, customer_id, amount, note], String(_run_id)),
                )
                .sort(),
            ).toEqual([...model.values()].map(({ row, run }) => toLine(row, run)).sort());
          },
        ),
        { numRuns: kind === 'sqlite' ? 60 : 30 },
      );
      expect(await findings(corner)).toEqual([]);
    }));
});

test('the event loop has its turns while a big chunk is merged into SQLite', () =>
  withWarehouse('sqlite', async ({ warehouse, sql }) => {
    const rows = Array.from(
      { length: 30_000 },
      (_, at) => ['2026-01-01', at % 25_000, 'a', at, 'x'] as const,
    );
    await loadRows(warehouse, aRun({ runId: 'run-0' }), []);
    await warehouse.recordRun(aRun({ target }), [first], shape);
    await warehouse.markPulling('run-1', first.key);
    await warehouse.stagePage('run-1', first.key, aPage(rows, { columns, types }), [aRequest()]);
    let turns = 0;
    let going = true;
    const turn = () => {
      turns += 1;
      if (going) setImmediate(turn);
    };
    setImmediate(turn);
    await warehouse.storeChunk('run-1', first.key, aCommit(first, rows.length, { mergeKey }));
    going = false;
    expect(turns).toBeGreaterThan(30);
    expect(await sql('select count(*) as n from sample')).toEqual([{ n: 25_000 }]);
  }));
