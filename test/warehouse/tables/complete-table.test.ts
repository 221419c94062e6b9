import { describe, expect, test } from 'vitest';
import type { Chunk } from '#domain/chunk/chunk';
import { SchemaConflictError } from '#domain/errors';
import { findTrouble } from '#domain/run/warehouse-trouble';
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
  sampleShape,
  twoChunks,
} from '../samples.ts';

const [first] = twoChunks;
const aRow = { date: '2026-01-01', action_id: 1, customer_id: 'a' };
const loadRow = (warehouse: OpenWarehouse, row: object = {}, run = aRun(), shape = sampleShape) =>
  loadAnswers(warehouse, run, [[first, [[{ ...aRow, ...row }]]]], shape);

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
      const [one, two] = ['2026-01-01', '2026-01-02'].map((day) => aChunk(day, day)) as [Chunk, Chunk];
      const chunks = [
        [one, [[{ ...aRow, Extra: '007' }]]],
        [two, [[{ ...aRow, date: '2026-01-02' }]]],
      ] as const;
      await loadAnswers(corner.warehouse, aRun(), chunks, sampleShape);
      expect(await corner.sql('select extra from sample order by "date"')).toEqual([
        { extra: '007' },
        { extra: null },
      ]);
      expect(await declaredAs(corner)).toBe('text');
    }));

  test('two who bring the same new column at once both load', () =>
    withWarehouse(kind, async (corner) => {
      const warehouses = await Promise.all([corner.open(), corner.open(), corner.open()]);
      await Promise.all(
        warehouses.map((warehouse, at) =>
          loadRow(warehouse, { Extra: at }, aRun({ runId: `run-${at}`, river: `river-${at}` })),
        ),
      );
      const extras = await corner.sql('select extra from sample order by extra');
      expect(extras.map(({ extra }) => Number(extra))).toEqual([0, 1, 2]);
    }));

  test('drift: ignore leaves an unknown field out', () =>
    withWarehouse(kind, async (corner) => {
      await loadRow(corner.warehouse, { Extra: 'x' }, aRun({ target: { drift: 'ignore' } }));
      expect(await declaredAs(corner)).toBeUndefined();
      expect(await corner.sql('select "date" from sample')).toEqual([{ date: '2026-01-01' }]);
    }));

  test('drift: fail refuses an unknown field by its name and loads nothing; one without a value is none', () =>
    withWarehouse(kind, async (corner) => {
      const loading = loadRow(corner.warehouse, { Extra: 'x' }, aRun({ target: { drift: 'fail' } }));
      await expect(loading).rejects.toThrow(SchemaConflictError);
      await expect(loading).rejects.toThrow('has no column extra');
      expect(await corner.sql('select * from sample')).toEqual([]);
      await loadRow(corner.warehouse, { Extra: '' }, aRun({ runId: 'run-2', target: { drift: 'fail' } }));
      expect(await corner.sql('select customer_id from sample')).toEqual([{ customer_id: 'a' }]);
    }));

  test('a table that somebody removed during the run is a conflict', () =>
    withWarehouse(kind, async (corner) => {
      const { warehouse, sql } = corner;
      await warehouse.recordRun(aRun(), [first], sampleShape);
      await warehouse.stagePage('run-1', first.key, aPage([['2026-01-01', 1, 'a']]), [aRequest()]);
      await sql('drop table sample');
      await expect(warehouse.storeChunk('run-1', first.key, aCommit(first, 1))).rejects.toThrow(
        SchemaConflictError,
      );
      expect(await sql('select state from river_chunks')).toEqual([{ state: 'waiting' }]);
    }));

  test('a new declared column comes into a table that is there', () =>
    withWarehouse(kind, async (corner) => {
      await corner.warehouse.recordRun(aRun(), [first], sampleShape);
      const columns = [...sampleShape.columns, aColumn('extra', 'double')];
      const shape = { ...sampleShape, columns };
      expect(await corner.warehouse.previewTable(aRun().river, shape)).toEqual([
        'sample gets the columns extra',
      ]);
      await corner.warehouse.recordRun(aRun({ runId: 'run-2' }), [first], shape);
      expect(await declaredAs(corner)).toBe(kind === 'pg' ? 'double precision' : 'double');
      expect(await corner.warehouse.previewTable(aRun().river, shape)).toEqual([]);
    }));

  test('days and columns of a table that is gone are forgotten when it is made again', () =>
    withWarehouse(kind, async (corner) => {
      await loadRow(corner.warehouse, { Extra: 'x' });
      await corner.sql('drop table sample');
      await corner.warehouse.recordRun(aRun({ runId: 'run-2' }), [first], sampleShape);
      expect(await corner.sql('select * from river_days')).toEqual([]);
      expect(await corner.sql('select * from river_columns')).toEqual([]);
    }));

  test('a table that a person made keeps its columns; what it lacks is added, and rows of something else are refused', () =>
    withWarehouse(kind, async (corner) => {
      await corner.sql(
        'create table sample (customer_id varchar(3), action_id numeric(3,1), note text, "select" varchar(4))',
      );
      await corner.sql(`insert into sample (customer_id, note, action_id) values ('me', 'kept', 1)`);
      const foreign = 'The table sample has 1 row that no river has loaded';
      await expect(corner.warehouse.previewTable(aRun().river, sampleShape)).rejects.toThrow(foreign);
      await expect(corner.warehouse.recordRun(aRun(), twoChunks, sampleShape)).rejects.toThrow(foreign);
      expect(await corner.sql('select * from sample')).toEqual([
        { customer_id: 'me', note: 'kept', action_id: kind === 'pg' ? '1.0' : 1, select: null },
      ]);
      await corner.sql('delete from sample');
      const isPostgres = kind === 'pg';
      const shape = { ...sampleShape, columns: [...sampleShape.columns, aColumn('select', 'text')], key: [] };
      expect(await corner.warehouse.previewTable(aRun().river, shape)).toEqual([
        'sample gets the columns date, _river, _run_id, _chunk, _loaded_at',
        ...(isPostgres
          ? [
              'sample.action_id (numeric(3,1)) does not hold numbers of more digits, which goes to action_id__text',
              'sample.customer_id (character varying(3)) does not hold longer texts than 3 characters, which goes to customer_id__text',
              'sample.select (character varying(4)) does not hold longer texts than 4 characters, which goes to select__text',
            ]
          : []),
        'sample has no index on date and _river: with one, days are replaced faster',
      ]);
      // What will really happen to such values.
      for (const [drift, words] of [
        ['ignore', 'which is left out (drift: ignore)'],
        ['fail', 'which fails its chunk (drift: fail)'],
      ] as const) {
        const said = (await corner.warehouse.previewTable(aRun({ target: { drift } }).river, shape)).filter(
          (each) => each.includes('does not hold'),
        );
        expect(said.map((each) => each.endsWith(words))).toEqual(isPostgres ? [true, true, true] : []);
      }
      const before = await declaredAs(corner, 'customer_id');
      await loadRow(
        corner.warehouse,
        { customer_id: 'four', action_id: 1.25, select: 'this' },
        aRun(),
        shape,
      );
      expect(await declaredAs(corner, 'customer_id')).toBe(before);
      const rows = await corner.sql('select * from sample');
      expect(rows).toMatchObject([
        isPostgres
          ? {
              customer_id: null,
              customer_id__text: 'four',
              action_id: null,
              action_id__text: '1.25',
              select: 'this',
            }
          : { customer_id: 'four', action_id: 1.25, select: 'this' },
      ]);
    }));

  test('a row without a value fails its chunk where the table allows none: said beforehand, of what the answer brings', () =>
    withWarehouse(kind, async (corner) => {
      await corner.sql(
        'create table sample ("date" date not null, action_id bigint not null default 7, customer_id text not null, size smallint not null, day varchar(10) not null)',
      );
      const size = aColumn('size', 'integer');
      const day = { ...aColumn('day', 'date'), from: 'call' } as const;
      const shape = { ...sampleShape, columns: [...sampleShape.columns, size, day], key: ['customer_id'] };
      const said = await corner.warehouse.previewTable(aRun().river, shape);
      expect(said.filter((each) => !/gets the columns|no index/.test(each))).toEqual([
        'sample.date (date) may not be null: a row without a value there fails its chunk',
        'sample.action_id (bigint) may not be null: a row without a value there fails its chunk',
        ...(kind === 'pg'
          ? [
              'sample.size (smallint) does not hold whole numbers beyond 16 bits, which fails its chunk (not null)',
            ]
          : []),
        'sample.size (smallint) may not be null: a row without a value there fails its chunk',
      ]);
      const row = { action_id: '', size: 1, day: '2026-01-01' };
      await expect(loadRow(corner.warehouse, row, aRun(), shape)).rejects.toThrow(
        'column action_id of sample does not allow null',
      );
    }));

  test('a table that something else has made in the place of River’s is looked through like any other', () =>
    withWarehouse(kind, async (corner) => {
      await loadRow(corner.warehouse);
      await corner.sql('drop table sample');
      await corner.sql('create table sample ("Date" date, "ActionID" integer, "CustomerID" text)');
      await corner.sql(`insert into sample values ('2026-01-01', 1, 'theirs')`);
      const again = corner.warehouse.recordRun(aRun({ runId: 'run-2' }), twoChunks, sampleShape);
      await expect(again).rejects.toThrow('The table sample has 1 row that no river has loaded');
      await corner.warehouse.adoptRows({
        river: aRun().river,
        shape: sampleShape,
        today: '2026-01-10',
        days: { column: 'date', range: { start: '2026-01-01', end: '2026-01-31' } },
        completeUpTo: null,
      });
      // Of the table before it nothing is known any more.
      expect(await corner.sql('select day, rows from river_days where rows > 0')).toEqual([
        { day: '2026-01-01', rows: 1 },
      ]);
      expect(await corner.sql('select count(*) as n from river_days')).toEqual([{ n: 1 }]);
    }));

  test('rows that a merge would not find again, because a column of its key has another name, are refused', () =>
    withWarehouse(kind, async (corner) => {
      await loadRow(corner.warehouse);
      const { river } = aRun({ target: { load: 'merge' } });
      const merging = { ...sampleShape, mergeKey: ['date', 'customer_id'] };
      await corner.warehouse.previewTable(river, merging);
      const renamed = {
        ...merging,
        columns: sampleShape.columns.map((column) =>
          column.name === 'customer_id' ? { ...column, name: 'client' } : column,
        ),
        key: [],
        mergeKey: ['date', 'client'],
      };
      await expect(corner.warehouse.previewTable(river, renamed)).rejects.toThrow(
        'no column client with a part of their key: they would not be merged with the new ones',
      );
    }));

  const unfillable: [what: string, statement: string, words: string, only?: 'pg' | 'sqlite'][] = [
    ['a view', 'create view sample as select 1 as customer_id', 'is a view'],
    ['a column of JSON', 'create table sample (customer_id jsonb)', 'customer_id is jsonb', 'pg'],
    ['a column of bytes', 'create table sample (customer_id bytea)', 'customer_id is bytea', 'pg'],
    ['a list', 'create table sample (customer_id text[])', 'customer_id is text[]', 'pg'],
    [
      'a generated column',
      `create table sample (note text, customer_id text generated always as (note || 'x') stored)`,
      'generated',
    ],
    [
      'a day that is a number',
      'create table sample ("date" integer)',
      'sample.date is integer, which holds no days',
    ],
    [
      'a column that must have a value which River does not give',
      'create table sample (customer_id text, brand text not null)',
      'sample.brand may not be null and has no default, and the river does not fill it',
    ],
    [
      'a part of a primary key that River does not fill',
      'create table sample (customer_id text, "a ?" integer, action_id integer, primary key (action_id, "a ?"))' +
        (kind === 'pg' ? '' : ' without rowid'),
      'sample.a ? may not be null',
    ],
    [
      'a domain that must have a value',
      'create domain brands as text not null; create table sample (customer_id text, brand brands)',
      'sample.brand may not be null',
      'pg',
    ],
    [
      'a run id that is no text',
      'create table sample (customer_id text, _run_id uuid)',
      'sample._run_id is uuid, which does not hold what River writes there',
    ],
    [
      'a river whose name is longer than its column',
      'create table sample (_river varchar(5))',
      'sample._river is character varying(5), which is shorter than the name of the river sample',
      'pg',
    ],
    [
      'a partition, to which no column can be added',
      'create table whole (customer_id text) partition by list (customer_id); create table sample partition of whole default',
      'River may not add columns: it is a partition of whole, whose columns it has. Run `alter table',
      'pg',
    ],
    ['a river that is a number', 'create table sample (_river integer)', 'sample._river is integer'],
    [
      'a chunk that is too short',
      'create table sample (_chunk varchar(10))',
      'sample._chunk is character varying(10)',
      'pg',
    ],
    ['a loading time that is a day', 'create table sample (_loaded_at date)', 'sample._loaded_at is date'],
  ];
  test.each(unfillable)(
    '%s that River did not make is a conflict, and the run is not opened',
    (_what, statement, words, only) =>
      withWarehouse(kind, async (corner) => {
        if (only !== undefined && only !== kind) return;
        await corner.sql(statement);
        const opening = corner.warehouse.recordRun(aRun(), [first], sampleShape);
        await expect(opening).rejects.toThrow(SchemaConflictError);
        await expect(opening).rejects.toThrow(words);
        await expect(corner.warehouse.previewTable(aRun().river, sampleShape)).rejects.toThrow(words);
        expect(await corner.warehouse.readRun('run-1')).toBeUndefined();
        expect((await corner.tables()).filter((table) => table.startsWith('river_staging'))).toEqual([]);
      }),
  );
});

describe.each(warehouseKinds)('in %s', (kind) => {
  test('what may not be null is no fault where River, a default, an identity or a trigger fills it', () =>
    withWarehouse(kind, async (corner) => {
      const { sql } = corner;
      const [id, more] =
        kind === 'pg'
          ? [
              'bigint generated by default as identity primary key',
              ', serial serial, twice bigint not null generated always as (action_id * 2) stored, made text not null',
            ]
          : ['integer primary key not null', ', twice integer not null as (action_id * 2)'];
      await sql(
        `create table sample (id ${id}, note text not null default '-'${more}, customer_id text not null, action_id integer not null,
           "date" date not null, _river varchar(99) not null, _run_id varchar(36), _chunk char(21), _loaded_at timestamp not null)`,
      );
      if (kind === 'pg')
        await sql(
          `create function f() returns trigger language plpgsql as $$ begin new.made := 'x'; return new; end $$;
           create trigger t before insert on sample for each row execute function f()`,
        );
      const river = { period: null, river: 'whole' };
      const run = aRun({ ...river, runId: '00000000-0000-4000-8000-000000000000' });
      await corner.warehouse.previewTable(aRun().river, sampleShape);
      await loadRow(corner.warehouse, {}, run);
      expect(await sql('select note, customer_id, twice from sample')).toEqual([
        { note: '-', customer_id: 'a', twice: 2 },
      ]);
    }));

  test('a chunk that may not be null is a conflict for a report without days only', () =>
    withWarehouse(kind, async (corner) => {
      await corner.sql('create table sample (_chunk text not null)');
      await corner.warehouse.previewTable(aRun().river, sampleShape);
      await expect(
        corner.warehouse.previewTable(aRun().river, { ...sampleShape, dayColumn: null }),
      ).rejects.toThrow('sample._chunk may not be null');
    }));

  test('a field that no report declares may fill a column that may not be null, once it has', () =>
    withWarehouse(kind, async (corner) => {
      await loadRow(corner.warehouse, { Brand: 'x' });
      await corner.sql(
        kind === 'pg'
          ? 'alter table sample alter column brand set not null'
          : `alter table sample rename to old`,
      );
      if (kind === 'sqlite')
        await corner.sql(
          `create table sample ("date" date, action_id integer, customer_id text, brand text not null, _river text, _run_id text, _chunk text, _loaded_at text)`,
        );
      await loadRow(corner.warehouse, { Brand: 'y' }, aRun({ runId: 'run-2' }));
      expect(await corner.sql('select brand from sample')).toEqual([{ brand: 'y' }]);
    }));
});

test('a domain of Postgres is filled as the type that it is made of, and its check refuses a row', () =>
  withWarehouse('pg', async (corner) => {
    await corner.sql(
      `create domain short as varchar(3); create domain shorter as short check (value <> 'bad'); create table sample (note shorter, id uuid)`,
    );
    const columns = [...sampleShape.columns, aColumn('note', 'text'), aColumn('id', 'text')];
    const shape = { ...sampleShape, columns };
    const id = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    await loadRow(corner.warehouse, { note: 'ok', id: id.toUpperCase() }, aRun(), shape);
    expect(await corner.sql('select note, id from sample')).toEqual([{ note: 'ok', id }]);
    await loadRow(corner.warehouse, { note: 'long', id: 'none' }, aRun({ runId: 'run-2' }), shape);
    expect(await corner.sql('select note, note__text, id, id__text from sample')).toEqual([
      { note: null, note__text: 'long', id: null, id__text: 'none' },
    ]);
    const refused = loadRow(corner.warehouse, { note: 'bad' }, aRun({ runId: 'run-3' }), shape);
    await expect(refused).rejects.toThrow('the check shorter_check of the type shorter refuses a row');
    await expect(refused).rejects.not.toThrow('bad');
  }));

test('an enum of Postgres takes its words; others stand beside it', () =>
  withWarehouse('pg', async (corner) => {
    const words = ['sad', "it's", 'so?', '7', ''];
    await corner.sql(
      `create type "Mood of ?" as enum (${words.map((word) => `'${word.replace("'", "''")}'`)}); create table sample (note "Mood of ?", size "Mood of ?")`,
    );
    const columns = [...sampleShape.columns, aColumn('note', 'text'), aColumn('size', 'integer')];
    const rows = [...words, 'Sad', null, 7].map((note, at) => ({ ...aRow, action_id: at, note, size: note }));
    for (const runId of ['run-1', 'run-2'])
      await loadAnswers(corner.warehouse, aRun({ runId }), [[first, [rows]]], { ...sampleShape, columns });
    const read = await corner.sql('select note, note__text, size from sample order by action_id');
    expect(read.map(({ note, note__text, size }) => [note, note__text, size === note])).toEqual([
      ...words.map((word) => [word, null, true]),
      [null, 'Sad', true],
      [null, null, true],
      ['7', null, true],
    ]);
  }));

test('a column of SQLite whose name is no number’s keeps texts, and numbers that look otherwise go beside it', () =>
  withWarehouse('sqlite', async (corner) => {
    await corner.sql(
      'create table sample ("Date" STRING, customer_id UUID, note JSON, ends TIME, is_on ENUM)',
    );
    const columns = [
      ...sampleShape.columns.map((column) =>
        column.name === 'date' ? { ...column, from: 'call' as const } : column,
      ),
      aColumn('note', 'text'),
      aColumn('ends', 'date'),
      aColumn('is_on', 'boolean'),
    ];
    const rows = [
      { note: '{"a":1}', ends: '2026-01-01T00:00:00', is_on: 'TRUE' },
      { note: '007', ends: '', is_on: '' },
      { note: '12', ends: 'soon', is_on: false },
    ];
    for (const runId of ['run-1', 'run-2'])
      await loadAnswers(
        corner.warehouse,
        aRun({ runId }),
        [[first, [rows.map((row, at) => ({ ...row, customer_id: `c-${at}` }))]]],
        { ...sampleShape, columns, key: ['customer_id'] },
      );
    expect(
      await corner.sql('select customer_id, note, note__text, ends, is_on from sample order by customer_id'),
    ).toEqual([
      { customer_id: 'c-0', note: '{"a":1}', note__text: null, ends: '2026-01-01', is_on: 1 },
      { customer_id: 'c-1', note: null, note__text: '007', ends: null, is_on: null },
      { customer_id: 'c-2', note: 12, note__text: null, ends: 'soon', is_on: 0 },
    ]);
  }));

test('a column that somebody takes away between the look at the table and the load is added again', () =>
  withWarehouse('pg', async (corner) => {
    let taken = 0;
    const warehouse = await corner.open({
      async onStep(step) {
        if (step !== 'locked' || taken > 0) return;
        taken += 1;
        await corner.sql('alter table sample drop column extra, drop column customer_id');
      },
    });
    await loadRow(warehouse, { Extra: 'x' });
    expect(taken).toBe(1);
    expect(await corner.sql('select extra, customer_id from sample')).toEqual([
      { extra: 'x', customer_id: 'a' },
    ]);
  }));

test('a table of SQLite made by hand is filled whatever the case of its names and the types of its columns', () =>
  withWarehouse('sqlite', async (corner) => {
    await corner.sql(
      'create table sample ("Date" DATE, "Action_ID" DECIMAL(10,2), "CUSTOMER_ID" VARCHAR(10), "At" DATETIME, "Is_On" BOOLEAN, "Any", "_River" TEXT)',
    );
    const shape = {
      ...sampleShape,
      columns: [
        ...sampleShape.columns,
        aColumn('at', 'timestamp'),
        aColumn('is_on', 'boolean'),
        aColumn('any', 'integer'),
      ],
    };
    const row = { customer_id: 'longer than ten', at: '2026-01-01T10:30:00Z', is_on: 1, any: '12' };
    for (const runId of ['run-1', 'run-2']) await loadRow(corner.warehouse, row, aRun({ runId }), shape);
    expect(await corner.sql('select * from sample')).toMatchObject([
      {
        Date: '2026-01-01',
        Action_ID: 1,
        CUSTOMER_ID: 'longer than ten',
        At: '2026-01-01T10:30:00',
        Is_On: 1,
        Any: 12,
        _River: 'sample',
      },
    ]);
    expect(await corner.sql('select day, rows from river_days where rows > 0')).toEqual([
      { day: '2026-01-01', rows: 1 },
    ]);
  }));

test.each(['DATETIME', 'TEXT', ''])('a day that is declared "%s" in SQLite is replaced by its day', (type) =>
  withWarehouse('sqlite', async (corner) => {
    await corner.sql(`create table sample ("Date" ${type})`);
    const shape = {
      ...sampleShape,
      columns: sampleShape.columns.map((column) =>
        column.name === 'date' ? { ...column, from: 'call' as const } : column,
      ),
    };
    for (const runId of ['run-1', 'run-2'])
      await loadAnswers(corner.warehouse, aRun({ runId }), [[first, [[{ action_id: 1 }]]]], shape);
    expect(await corner.sql('select "Date" from sample')).toEqual([{ Date: '2026-01-01' }]);
  }),
);

test.each(['timestamp', 'timestamptz', 'varchar(10)', 'char(10)'])(
  'a day that is %s in Postgres is replaced by its day',
  (type) =>
    withWarehouse('pg', async (corner) => {
      await corner.sql(`create table sample ("date" ${type}, "Date" date, at timestamptz)`);
      const shape = { ...sampleShape, columns: [...sampleShape.columns, aColumn('at', 'timestamp')] };
      for (const runId of ['run-1', 'run-2'])
        await loadRow(corner.warehouse, { at: '2026-01-01T10:30:00+02:00' }, aRun({ runId }), shape);
      const rows = await corner.sql(
        `select date::date as day, "Date" as other, (at at time zone 'UTC')::text as at from sample`,
      );
      expect(rows).toEqual([{ day: '2026-01-01', other: null, at: '2026-01-01 08:30:00' }]);
    }),
);

test('what looks at the table, may read it and finds its rows stays as it was', () =>
  withWarehouse('pg', async (corner) => {
    const { sql } = corner;
    await sql(
      "create table sample (date date, customer_id varchar(3) not null default '-', action_id integer)",
    );
    await sql('create view seen as select * from sample');
    await sql('create materialized view kept as select customer_id from sample');
    await sql('create index by_customer on sample (customer_id)');
    await sql('grant select on sample to public');
    await loadRow(corner.warehouse, { action_id: 2 ** 40, Extra: 1 }, aRun(), { ...sampleShape, key: [] });
    expect(await sql('select customer_id, action_id from seen')).toEqual([
      { customer_id: 'a', action_id: null },
    ]);
    expect(await sql('select action_id__text, extra from sample')).toEqual([
      { action_id__text: String(2 ** 40), extra: '1' },
    ]);
    expect(
      await sql(
        `select indexname from pg_indexes where schemaname = current_schema() and tablename = 'sample'`,
      ),
    ).toEqual([{ indexname: 'by_customer' }]);
    expect(await sql(`select has_table_privilege('public', 'sample', 'select') as may`)).toEqual([
      { may: true },
    ]);
  }));

test('in Postgres a table that River makes says what it and its columns are, whatever their names', () =>
  withWarehouse('pg', async ({ warehouse, sql }) => {
    const names = ['country', `it's a "name"?`];
    const shape = {
      ...sampleShape,
      about: `Sample (sample)? It's "one".`,
      columns: [
        ...sampleShape.columns,
        ...names.map((name) => ({ ...aColumn(name, 'text'), from: 'attribute' as const })),
      ],
    };
    await warehouse.recordRun(aRun(), twoChunks, shape);
    expect(await sql(`select obj_description('sample'::regclass) as about`)).toEqual([
      { about: shape.about },
    ]);
    const comments = await sql(
      `select attname as name, col_description(attrelid, attnum) as said from pg_attribute
       where attrelid = 'sample'::regclass and attnum > 0 order by attnum`,
    );
    expect(comments.filter(({ said }) => said === null)).toEqual([]);
    expect(comments).toContainEqual({
      name: names[1],
      said: `Customer attribute ${names[1]}, as the API writes it.`,
    });
    expect(comments).toContainEqual({ name: '_river', said: 'The river that has loaded the row.' });
  }));

describe.each(warehouseKinds)('what a table in %s does to rows besides its columns', (kind) => {
  test('is said beforehand: what must differ, what may refuse a row, who needs one', () =>
    withWarehouse(kind, async ({ sql, warehouse }) => {
      await sql('create table people (customer_id text primary key)');
      await sql(
        `create table sample ("date" date, action_id integer, customer_id text references people, mine integer unique, unique (customer_id),
           constraint positive check (action_id > 0), unique ("date", action_id, customer_id))`,
      );
      await sql('create table needing (customer_id text references sample (customer_id))');
      if (kind === 'pg')
        await sql('create function f() returns trigger language plpgsql as $$ begin return new; end $$');
      await sql(
        `create trigger t before insert on sample ${kind === 'pg' ? 'for each row execute function f()' : 'begin select 1; end'}`,
      );
      const said = (await warehouse.previewTable(aRun().river, sampleShape)).join('; ');
      expect(said).toMatch(
        /sample has the unique index \S+ on customer_id: rows that differ only in date, action_id fail their chunk/,
      );
      expect(said).not.toMatch(/on (mine|date, action_id, customer_id): rows/);
      expect(said).toContain(
        kind === 'pg'
          ? 'sample has the check positive, the foreign key sample_customer_id_fkey, the trigger t: a row that is refused or changed'
          : 'sample has a check, a foreign key, the trigger t: a row that is refused or changed',
      );
      expect(said).toContain('needing refers to sample: a row that is needed there cannot be deleted');
      const appended = await warehouse.previewTable(aRun({ target: { load: 'append' } }).river, sampleShape);
      expect(appended.join()).toContain('days that are loaded again fail their chunk (load: append)');
      expect(appended.join()).not.toContain('refers to');
    }));

  test('what is no table is named as what it is', () =>
    withWarehouse(kind, async ({ sql, warehouse }) => {
      const made: [string, string][] =
        kind === 'pg'
          ? [
              ['create view sample as select 1 as a', 'a view'],
              ['create materialized view sample as select 1 as a', 'a materialized view'],
              ['create sequence sample', 'a sequence'],
              ['create type sample as (a text)', 'a type'],
            ]
          : [
              ['create view sample as select 1 as a', 'a view'],
              ['create virtual table sample using fts5(a)', 'a virtual table'],
            ];
      for (const [statement, kindOfThing] of made) {
        await sql(statement);
        const refused = warehouse.recordRun(aRun(), [first], sampleShape);
        await expect(refused).rejects.toThrow(`sample is ${kindOfThing}: a river fills tables only`);
        const [, what] = /^create (?:virtual )?((?:materialized )?\w+)/.exec(statement) ?? [];
        await sql(`drop ${what} sample`);
      }
    }));
});

test.each([
  ['sqlite', 'integer', 'text'],
  ['pg', 'bigint', 'text'],
  ['pg', 'character varying(63)', 'character varying(64)'],
] as const)(
  'in %s a hash of a part of the key is refused before the load by %s, and goes to %s',
  (kind, narrow, wide) =>
    withWarehouse(kind, async ({ sql, warehouse }) => {
      const columns = sampleShape.columns.map((column) =>
        column.name === 'customer_id' ? { ...column, salt: 'salt' } : column,
      );
      const shape = { ...sampleShape, columns, key: ['customer_id'] };
      for (const [type, isRefused] of [
        [narrow, true],
        [wide, false],
      ] as const) {
        await sql(`create table sample ("date" date, action_id bigint, customer_id ${type})`);
        const opening = warehouse.recordRun(aRun({ runId: type }), [first], shape);
        if (isRefused)
          await expect(opening).rejects.toThrow(`sample.customer_id is ${type}, which does not hold`);
        else await opening;
        await sql('drop table sample');
      }
    }),
);

test('a trigger of Postgres that misses a table of its own fails the chunk, and is not waited for as the warehouse is', () =>
  withWarehouse('pg', async ({ sql, warehouse }) => {
    await sql('create table sample ("date" date, action_id bigint, customer_id text)');
    await sql(`create function note() returns trigger language plpgsql as
               $$ begin insert into nowhere values (new.action_id); return new; end $$`);
    await sql('create trigger note before insert on sample for each row execute function note()');
    const rows = [{ date: '2026-01-01', action_id: 1, customer_id: 'a' }];
    const failure: unknown = await loadAnswers(warehouse, aRun(), [[first, [rows]]], sampleShape).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SchemaConflictError);
    expect(String(failure)).toContain('a trigger, a function or a nested statement failed (SQLSTATE 42P01)');
    expect(findTrouble(failure)).toBeUndefined();
  }));

test('a table of Postgres without any column gets them all', () =>
  withWarehouse('pg', async ({ sql, warehouse }) => {
    await sql('create table sample ()');
    const rows = [{ date: '2026-01-01', action_id: 1, customer_id: 'a' }];
    await loadAnswers(warehouse, aRun(), [[first, [rows]]], sampleShape);
    expect(await sql('select action_id, customer_id, _river from sample')).toEqual([
      { action_id: 1, customer_id: 'a', _river: 'sample' },
    ]);
  }));

test('a table of Postgres that takes nothing of what is loaded is refused before anything is called', () =>
  withWarehouse('pg', async ({ sql, warehouse }) => {
    const columns = '"date" date, action_id bigint, customer_id text';
    const refused = async (words: RegExp, changes: Parameters<typeof aRun>[0] = {}) => {
      const { river } = aRun(changes);
      const days = [{ start: '2026-01-01', end: '2026-01-04' }];
      await expect(warehouse.previewTable(river, sampleShape, days)).rejects.toThrow(words);
      await expect(warehouse.recordRun(aRun(changes), twoChunks, sampleShape)).rejects.toThrow(words);
    };
    await sql(`create table sample (${columns}) partition by range ("date")`);
    await refused(/^sample has no partition, so it takes no row/);
    await sql(`create table p1 partition of sample for values from ('2026-01-02') to ('2026-01-04')`);
    await refused(/^No partition of sample takes rows of 2026-01-01, 2026-01-04\. Make one for them/);
    await sql('create table rest partition of sample default');
    await warehouse.recordRun(aRun(), twoChunks, sampleShape);
    await sql(`drop table sample; create table sample (${columns}, _river text) partition by list (_river)`);
    await sql(`create table p1 partition of sample for values in ('it''s ? other')`);
    await refused(/^No partition of sample takes rows of the river sample\./);
    await sql(`drop table sample; create table sample (${columns}) partition by range ("date");
               create table january partition of sample for values from ('2026-01-01') to ('2026-02-01') partition by range ("date")`);
    await refused(/^sample has no partition, so it takes no row/);
    await sql(`create table p1 partition of january for values from ('2026-01-02') to ('2026-01-04')`);
    await refused(/^No partition of sample takes rows of 2026-01-01, 2026-01-04\. Make one for them/);
    await sql(`drop table sample; create table sample (${columns}); create publication p for table sample`);
    await refused(/^The publication p replicates sample, .*alter table \S+\."sample" replica identity full/);
    await sql('alter table sample replica identity full');
    await warehouse.recordRun(aRun({ runId: 'run-2' }), twoChunks, sampleShape);
    await sql('drop publication p; drop table sample');
    await sql('create extension file_fdw; create server s foreign data wrapper file_fdw');
    await sql(`create foreign table sample (${columns}) server s options (program 'true')`);
    await refused(/^sample is a foreign table that does not take INSERT and DELETE/);
    await sql('drop extension file_fdw cascade');
  }));
