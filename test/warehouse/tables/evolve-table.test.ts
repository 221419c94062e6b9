import { describe, expect, test } from 'vitest';
import type { ColumnType, Value } from '../../../src/domain/column/column.ts';
import { SchemaConflictError } from '../../../src/domain/errors.ts';
import type { OpenWarehouse } from '../../../src/warehouse/warehouse.ts';
import { type WarehouseCorner, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aChunk, aColumn, aCommit, aPage, aRequest, aRun, sampleShape, twoChunks } from '../samples.ts';

const [first] = twoChunks;

/** Loads one value a day into the column `extra`, each day as a page of its own type. */
async function loadDays(
  { warehouse }: Pick<WarehouseCorner, 'warehouse'>,
  days: readonly (readonly [ColumnType, Value])[],
  target: Record<string, unknown> = {},
): Promise<void> {
  const chunks = days.map((_, at) => aChunk(`2026-01-0${at + 1}`, `2026-01-0${at + 1}`));
  await warehouse.openRun(aRun({ target }), chunks, sampleShape);
  for (const [at, [type, value]] of days.entries()) {
    const chunk = chunks[at];
    if (!chunk) continue;
    await warehouse.stagePage('run-1', chunk.key, pageOf(chunk.first ?? '', type, value), [aRequest()]);
    await warehouse.commitChunk('run-1', chunk.key, aCommit(chunk, 1));
  }
}

const pageOf = (day: string, type: ColumnType, value: Value) =>
  aPage([[day, value]], { columns: ['date', 'extra'], types: { date: 'date', extra: type } });

/** The column's values, as text, in the order of their days. */
async function extras({ sql }: WarehouseCorner): Promise<unknown[]> {
  return (await sql('select cast(extra as text) as extra from sample order by "date"')).map(
    ({ extra }) => extra,
  );
}

async function declaredAs({ kind, sql }: WarehouseCorner, column = 'extra'): Promise<unknown> {
  const [found] =
    kind === 'pg'
      ? await sql(
          `select data_type as type from information_schema.columns where table_schema = current_schema() and table_name = 'sample' and column_name = '${column}'`,
        )
      : await sql(`select type from pragma_table_info('sample') where name = '${column}'`);
  return found && String(found.type).toLowerCase();
}

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a column first seen in an answer is added; rows without it have none', () =>
    withWarehouse(kind, async (corner) => {
      await loadDays(corner, [['text', '007']]);
      await corner.warehouse.openRun(aRun({ runId: 'run-2' }), [first], sampleShape);
      await corner.warehouse.stagePage('run-2', first.key, aPage([['2026-01-01', 1, 'a']]), [aRequest()]);
      await corner.warehouse.commitChunk('run-2', first.key, aCommit(first, 1));
      expect(await extras(corner)).toEqual([null]);
      expect(await declaredAs(corner)).toBe('text');
    }));

  test.each([
    [
      'integer and double',
      'integer',
      1,
      'double',
      1.5,
      ['1', '1.5'],
      { pg: 'double precision', sqlite: 'double' },
    ],
    ['integer and text', 'integer', 7, 'text', '007', ['7', '007'], { pg: 'text', sqlite: 'text' }],
    [
      'a long and text',
      'integer',
      '9007199254740993',
      'text',
      'x',
      ['9007199254740993', 'x'],
      { pg: 'text', sqlite: 'text' },
    ],
    [
      'a long, then a double',
      'integer',
      '9007199254740993',
      'double',
      0.5,
      ['9007199254740993', '0.5'],
      { pg: 'text', sqlite: 'text' },
    ],
    [
      'a double, then a long',
      'double',
      0.5,
      'integer',
      '9007199254740993',
      ['0.5', '9007199254740993'],
      { pg: 'text', sqlite: 'text' },
    ],
    ['double and text', 'double', 0.1, 'text', '1e5', ['0.1', '1e5'], { pg: 'text', sqlite: 'text' }],
    ['boolean and text', 'boolean', true, 'text', 'maybe', ['true', 'maybe'], { pg: 'text', sqlite: 'text' }],
    ['boolean and integer', 'boolean', false, 'integer', 2, ['false', '2'], { pg: 'text', sqlite: 'text' }],
    [
      'date and text',
      'date',
      '2026-01-31',
      'text',
      'never',
      ['2026-01-31', 'never'],
      { pg: 'text', sqlite: 'text' },
    ],
    [
      'timestamp and text',
      'timestamp',
      '2026-01-31 10:00:00',
      'text',
      'never',
      ['2026-01-31 10:00:00', 'never'],
      { pg: 'text', sqlite: 'text' },
    ],
    [
      'text and integer',
      'text',
      'x',
      'integer',
      5_000_000_000,
      ['x', '5000000000'],
      { pg: 'text', sqlite: 'text' },
    ],
    ['text and double', 'text', 'x', 'double', 1e-7, ['x', '1e-7'], { pg: 'text', sqlite: 'text' }],
    ['text and boolean', 'text', 'x', 'boolean', true, ['x', 'true'], { pg: 'text', sqlite: 'text' }],
  ] as const)('a column widens without loss: %s', (_what, one, before, other, after, values, declared) =>
    withWarehouse(kind, async (corner) => {
      await loadDays(corner, [
        [one, before],
        [other, after],
      ]);
      const read = await extras(corner);
      // SQLite writes a whole double with ".0".
      expect(read.map((value) => String(value).replace(/\.0$/, ''))).toEqual(values);
      expect(await declaredAs(corner)).toBe(declared[kind]);
    }),
  );

  test('pages of several types in one chunk make one column that holds them all', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse } = corner;
      await warehouse.openRun(aRun(), [first], sampleShape);
      const values: [ColumnType, Value][] = [
        ['integer', 1],
        ['double', 2.5],
        ['text', '03'],
      ];
      for (const [page, [type, value]] of values.entries()) {
        const staged = { ...pageOf('2026-01-01', type, value), page, last: page === 2 };
        await warehouse.stagePage('run-1', first.key, staged, [aRequest()]);
      }
      await warehouse.commitChunk('run-1', first.key, aCommit(first, 3));
      expect((await extras(corner)).sort()).toEqual(['03', '1', '2.5']);
    }));

  test('two who bring the same new column at once both load', () =>
    withWarehouse(kind, async (corner) => {
      const load = async (warehouse: OpenWarehouse, at: number) => {
        const runId = `run-${at}`;
        await warehouse.openRun(aRun({ runId, river: `river-${at}` }), [first], sampleShape);
        await warehouse.stagePage(runId, first.key, pageOf('2026-01-01', 'integer', at), [aRequest()]);
        await warehouse.commitChunk(runId, first.key, aCommit(first, 1));
      };
      const warehouses = await Promise.all([corner.open(), corner.open(), corner.open()]);
      await Promise.all(warehouses.map(load));
      expect((await extras(corner)).sort()).toEqual(['0', '1', '2']);
    }));

  test('drift: ignore leaves an unknown field out', () =>
    withWarehouse(kind, async (corner) => {
      await loadDays(corner, [['text', 'x']], { drift: 'ignore' });
      expect(await declaredAs(corner)).toBeUndefined();
      expect(await corner.sql('select "date" from sample')).toEqual([{ date: '2026-01-01' }]);
    }));

  test('drift: fail refuses an unknown field by its name and loads nothing', () =>
    withWarehouse(kind, async (corner) => {
      const loading = loadDays(corner, [['text', 'x']], { drift: 'fail' });
      await expect(loading).rejects.toThrow(SchemaConflictError);
      await expect(loading).rejects.toThrow('has no column extra');
      expect(await corner.sql('select * from sample')).toEqual([]);
    }));

  test('a table that somebody removed during the run is a conflict', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      await warehouse.openRun(aRun(), [first], sampleShape);
      await warehouse.stagePage('run-1', first.key, aPage([['2026-01-01', 1, 'a']]), [aRequest()]);
      await sql('drop table sample');
      await expect(warehouse.commitChunk('run-1', first.key, aCommit(first, 1))).rejects.toThrow(
        SchemaConflictError,
      );
      expect(await sql('select state from river_chunks')).toEqual([{ state: 'waiting' }]);
    }));

  test('numbers of 64 bits keep all their digits', () =>
    withWarehouse(kind, async (corner) => {
      const digits = ['9223372036854775807', '-9223372036854775808', '9007199254740993'];
      await loadDays(
        corner,
        digits.map((value) => ['integer', value] as const),
      );
      expect(await extras(corner)).toEqual(digits);
      expect(await declaredAs(corner)).toBe(kind === 'pg' ? 'bigint' : 'integer');
    }));

  test('a new declared column comes into a table that is there', () =>
    withWarehouse(kind, async (corner) => {
      await corner.warehouse.openRun(aRun(), [first], sampleShape);
      const columns = [...sampleShape.columns, aColumn('extra', 'double')];
      await corner.warehouse.openRun(aRun({ runId: 'run-2' }), [first], { ...sampleShape, columns });
      expect(await declaredAs(corner)).toBe(kind === 'pg' ? 'double precision' : 'double');
    }));

  test('days of a table that is gone are forgotten when it is made again', () =>
    withWarehouse(kind, async (corner) => {
      await loadDays(corner, [['text', 'x']]);
      await corner.sql('drop table sample');
      await corner.warehouse.openRun(aRun({ runId: 'run-2' }), [first], sampleShape);
      expect(await corner.sql('select * from river_days')).toEqual([]);
    }));

  test('a table that River did not make is taken where its columns hold the report’s', () =>
    withWarehouse(kind, async (corner) => {
      await corner.sql('create table sample (customer_id varchar(20), note text, action_id bigint)');
      await corner.sql(`insert into sample values ('mine', 'kept', 1)`);
      await loadDays(corner, [['text', 'x']]);
      const rows = await corner.sql(
        'select customer_id, note, extra, _river from sample order by _river is null',
      );
      expect(rows).toEqual([
        { customer_id: null, note: null, extra: 'x', _river: 'sample' },
        { customer_id: 'mine', note: 'kept', extra: null, _river: null },
      ]);
    }));

  test.each([
    ['a column too narrow', 'create table sample (customer_id integer)', 'customer_id is integer'],
    ['a view', 'create view sample as select 1 as customer_id', 'is a view'],
  ])('%s that River did not make is a conflict, and the run is not opened', (_what, statement, words) =>
    withWarehouse(kind, async (corner) => {
      await corner.sql(statement);
      const opening = corner.warehouse.openRun(aRun(), [first], sampleShape);
      await expect(opening).rejects.toThrow(SchemaConflictError);
      await expect(opening).rejects.toThrow(words);
      expect(await corner.warehouse.readRun('run-1')).toBeUndefined();
      expect((await corner.tables()).filter((table) => table.startsWith('river_staging'))).toEqual([]);
    }),
  );
});

test('a text too long for a column that somebody made in Postgres is a conflict, never cut', () =>
  withWarehouse('pg', async (corner) => {
    await corner.sql('create table sample (extra varchar(3))');
    await expect(loadDays(corner, [['text', 'four']])).rejects.toThrow(SchemaConflictError);
    await expect(corner.sql('select * from sample')).resolves.toEqual([]);
  }));

test('a column that somebody takes away between the look at the table and the load is added again', () =>
  withWarehouse('pg', async (corner) => {
    let taken = 0;
    const warehouse = await corner.open({
      async onStep(step) {
        if (step !== 'locked' || taken > 0) return;
        taken += 1;
        await corner.sql('alter table sample drop column extra');
      },
    });
    await loadDays({ warehouse }, [['text', 'x']]);
    expect(taken).toBe(1);
    expect(await extras(corner)).toEqual(['x']);
  }));
