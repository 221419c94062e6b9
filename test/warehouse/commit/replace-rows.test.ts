import { describe, expect, test } from 'vitest';
import type { Chunk } from '#domain/chunk/chunk';
import { EmptyAnswerError, RowShapeError, SchemaConflictError } from '#domain/errors';
import { addDays, type Day } from '#domain/period/date-range';
import type { CommitRequest } from '#domain/run/staged-page';
import type { NewRun } from '#domain/run/stored-run';
import { countByDay } from '#warehouse/commit/replace-rows';
import {
  type WarehouseCorner,
  type WarehouseKind,
  warehouseKinds,
  withWarehouse,
} from '../../helpers/with-warehouse.ts';
import { aChunk, aCommit, aRun, loadRows, sampleShape, stageRows } from '../samples.ts';

const days = ['2026-01-01', '2026-01-02', '2026-01-03'] as const;
const three = aChunk(days[0], days[2]);
const withoutDays: Chunk = { key: '-', start: null, end: null };
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
  await warehouse.recordRun(run, [chunk], sampleShape);
  await warehouse.markPulling(run.runId, chunk.key);
  await stageRows(warehouse, run.runId, chunk, rows);
  return warehouse.storeChunk(run.runId, chunk.key, aCommit(chunk, rows.length, changes));
}

const countsIn = async ({ sql }: WarehouseCorner, river = 'sample') =>
  (
    await sql(
      `select "date" as day, _run_id as run, count(*) as n from sample where _river = '${river}' group by 1, 2 order by 1, 2`,
    )
  ).map(({ day, run, n }) => [day, run, Number(n)]);

const daysIn = async ({ sql }: WarehouseCorner, river = 'sample') =>
  (
    await sql(
      `select day, run_id, rows, provisional from river_days where river = '${river}' order by day, run_id`,
    )
  ).map(({ day, run_id, rows, provisional }) => [day, run_id, Number(rows), Boolean(provisional)]);

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
      expect(await corner.warehouse.readChunkStatuses('run-2')).toMatchObject([{ state: 'pulling' }]);

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
        warnings: [
          {
            start: null,
            end: null,
            message: expect.stringMatching(/^1 row in sample replaced 3 existing rows/),
          },
        ],
      });
      expect(await load(corner, whole('run-4', { emptied: 'allow' }), withoutDays, [])).toMatchObject({
        warnings: [
          { start: null, end: null, message: expect.stringMatching(/^1 existing row in sample was deleted/) },
        ],
      });

      const dated = (day: Day) => ({ scope: { column: 'date', start: day, end: day } });
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

  const made = 'create table sample ("date" date, action_id integer, customer_id varchar(20)';
  const trigger = (when: string, act: string): string =>
    kind === 'sqlite'
      ? `create trigger t ${when} insert on sample begin ${act}; end`
      : `create function f() returns trigger language plpgsql set search_path from current as $$ begin ${act}; return null; end $$;
         create trigger t ${when} insert on sample for each row execute function f()`;
  const leavingOut: [what: string, statements: string[], took: number, only?: WarehouseKind][] = [
    [
      'a trigger that skips rows',
      [
        `${made})`,
        kind === 'sqlite'
          ? trigger('before', 'select raise(ignore) where new.action_id < 2')
          : trigger('before', 'if new.action_id >= 2 then return new; end if'),
      ],
      1,
    ],
    [
      'a trigger that deletes rows again',
      [`${made})`, trigger('after', 'delete from sample where action_id = 1')],
      2,
    ],
    [
      'a trigger that gives rows another day',
      [`${made})`, trigger('after', `update sample set "date" = '2020-01-01' where action_id = 1`)],
      2,
    ],
    ['a constraint that ignores rows', [`${made}, unique (customer_id) on conflict ignore)`], 1, 'sqlite'],
    ['a constraint that replaces rows', [`${made}, unique (customer_id) on conflict replace)`], 1, 'sqlite'],
    ['a rule', [`${made})`, 'create rule r as on insert to sample do instead nothing'], 0, 'pg'],
    [
      'a rule that puts rows elsewhere',
      [
        `${made}, _river text, _run_id text, _chunk text, _loaded_at timestamptz)`,
        'create table elsewhere (like sample)',
        'create rule r as on insert to sample do instead insert into elsewhere values (new.*)',
      ],
      0,
      'pg',
    ],
  ];
  test.each(leavingOut)(
    '%s: the commit says how many rows were taken, and changes nothing',
    (_what, statements, took, only) =>
      withWarehouse(kind, async (corner) => {
        if (only !== undefined && only !== kind) return;
        for (const statement of statements) await corner.sql(statement);
        await corner.warehouse.recordRun(aRun({ runId: 'run-0' }), [three], sampleShape);
        const loading = load(corner, aRun(), three, rowsOf(days[0], 3));
        await expect(loading).rejects.toThrow(SchemaConflictError);
        await expect(loading).rejects.toThrow(
          `The table sample took ${took} of 3 rows: a trigger, a rule or a constraint of it leaves rows out`,
        );
        expect(await countsIn(corner)).toEqual([]);
        expect(await daysIn(corner)).toEqual([]);
      }),
  );

  test('a constraint that would replace rows of another chunk or river: the commit says how many, and changes nothing', () =>
    withWarehouse(kind, async (corner) => {
      // Postgres has none such.
      if (kind === 'pg') return;
      await corner.sql(`${made}, unique (action_id) on conflict replace)`);
      await load(corner, aRun(), three, rowsOf(days[0], 3));
      const loading = load(corner, aRun({ runId: 'run-2', river: 'other' }), three, rowsOf(days[1], 2));
      await expect(loading).rejects.toThrow(SchemaConflictError);
      await expect(loading).rejects.toThrow(
        '(ON CONFLICT REPLACE) would delete 2 rows that other chunks or rivers',
      );
      expect(await countsIn(corner)).toEqual([[days[0], 'run-1', 3]]);
      expect(await load(corner, aRun({ runId: 'run-3' }), three, rowsOf(days[0], 3))).toMatchObject({
        rows: 3,
      });
    }));

  test('a table that keeps rows which are to be deleted is a conflict: nothing stands there twice, no day is forgotten', () =>
    withWarehouse(kind, async (corner) => {
      const { sql, warehouse } = corner;
      await load(corner, aRun(), three, rowsOf(days[0], 3));
      await load(
        corner,
        aRun({ runId: 'run-0', river: 'whole', period: null }),
        withoutDays,
        rowsOf(days[1], 1),
      );
      const keeping =
        kind === 'pg'
          ? 'create rule keep as on delete to sample where old.action_id = 0 do instead nothing'
          : 'create trigger keep before delete on sample when old.action_id = 0 begin select raise(ignore); end';
      await sql(keeping);
      for (const [run, chunk] of [
        [aRun({ runId: 'run-2' }), three],
        [aRun({ runId: 'run-3', river: 'whole', period: null }), withoutDays],
      ] as const) {
        const again = load(corner, run, chunk, rowsOf(days[0], 3));
        await expect(again).rejects.toThrow(SchemaConflictError);
        await expect(again).rejects.toThrow(
          'The table sample keeps 1 row that River deletes: a trigger, a rule',
        );
      }
      const river = { river: 'sample', table: 'sample', dayColumn: 'date' };
      const forgetting = warehouse.deleteLoadedDays({ ...river, days: { start: days[0], end: days[2] } });
      await expect(forgetting).rejects.toThrow('keeps 1 row');
      expect((await warehouse.readLoadedDays('sample', 'sample')).forgotten).toEqual([]);
      expect(await countsIn(corner)).toEqual([[days[0], 'run-1', 3]]);
      expect(await countsIn(corner, 'whole')).toEqual([[days[1], 'run-0', 1]]);
    }));

  test('a trigger that leaves every row as it is loads, and rows that others took the place of are no fault', () =>
    withWarehouse(kind, async (corner) => {
      await corner.sql(`${made})`);
      await corner.sql('create table seen (action_id integer)');
      await corner.sql(trigger('after', 'insert into seen values (new.action_id)'));
      for (const runId of ['run-1', 'run-2'])
        expect(await load(corner, aRun({ runId }), three, rowsOf(days[0], 3))).toMatchObject({ rows: 3 });
      const whole = aRun({ runId: 'run-3', period: null, river: 'whole' });
      expect(await load(corner, whole, withoutDays, rowsOf(days[1], 2))).toMatchObject({ rows: 2 });
      expect(await corner.sql('select count(*) as n from seen')).toMatchObject([{ n: 8 }]);
    }));
});

test('rows that a trigger of Postgres puts into a table below count as taken', () =>
  withWarehouse('pg', async (corner) => {
    await corner.warehouse.recordRun(aRun({ runId: 'run-0' }), [three], sampleShape);
    await corner.sql('create table sample_2026 () inherits (sample)');
    await corner.sql(
      `create function f() returns trigger language plpgsql set search_path from current as $$ begin insert into sample_2026 values (new.*); return null; end $$;
       create trigger t before insert on sample for each row execute function f()`,
    );
    for (const runId of ['run-1', 'run-2'])
      expect(await load(corner, aRun({ runId }), three, rowsOf(days[0], 3))).toMatchObject({ rows: 3 });
    expect(await countsIn(corner)).toEqual([[days[0], 'run-2', 3]]);
  }));

test('a table of SQLite without rowid is loaded, replaced and forgotten', () =>
  withWarehouse('sqlite', async (corner) => {
    await corner.sql(
      'create table sample (customer_id text, "date" date, action_id integer, "a ?" text default \'\', primary key ("a ?", "date", action_id)) without rowid',
    );
    await load(corner, aRun(), three, [...rowsOf(days[0], 10_001), ...rowsOf(days[1], 2)]);
    await load(corner, aRun({ runId: 'run-2' }), three, [...rowsOf(days[0], 9_999), ...rowsOf(days[1], 2)]);
    expect(await countsIn(corner)).toEqual([
      [days[0], 'run-2', 9_999],
      [days[1], 'run-2', 2],
    ]);
    const river = { river: 'sample', table: 'sample', dayColumn: 'date' };
    await corner.warehouse.deleteLoadedDays({ ...river, days: { start: days[0], end: days[0] } });
    expect(await countsIn(corner)).toEqual([[days[1], 'run-2', 2]]);
  }));

test('SQLite makes up no number for a row without one: a null in a column that numbers its rows fails the chunk', () =>
  withWarehouse('sqlite', async (corner) => {
    await corner.sql('create table sample ("date" date, "Action_Id" integer primary key, customer_id text)');
    await load(corner, aRun(), three, rowsOf(days[0], 2));
    const answers = [[days[0], null, 'new']] as unknown as Rows;
    const refused = load(corner, aRun({ runId: 'run-2' }), three, answers);
    await expect(refused).rejects.toThrow(SchemaConflictError);
    await expect(refused).rejects.toThrow(
      /^column Action_Id of sample does not allow null: SQLite numbers the rows/,
    );
    expect(await countsIn(corner)).toEqual([[days[0], 'run-1', 2]]);
  }));

test.each([
  ['_rowid_ integer default 5'],
  ['"_ROWID_" text, rowid text'],
  ['_rowid_ integer, rowid integer default 1, oid integer'],
  // It is the row's own identity then.
  ['rowid integer primary key'],
])('a table of SQLite with a column named like its rows is replaced and forgotten: %s', (columns) =>
  withWarehouse('sqlite', async (corner) => {
    await corner.sql(`create table sample (${columns})`);
    const rows = [...rowsOf(days[0], 3), ...rowsOf(days[1], 2)];
    for (const runId of ['run-1', 'run-2']) await load(corner, aRun({ runId }), three, rows);
    expect(await countsIn(corner)).toEqual([
      [days[0], 'run-2', 3],
      [days[1], 'run-2', 2],
    ]);
    const river = { river: 'sample', table: 'sample', dayColumn: 'date' };
    await corner.warehouse.deleteLoadedDays({ ...river, days: { start: days[0], end: days[0] } });
    expect(await countsIn(corner)).toEqual([[days[1], 'run-2', 2]]);
  }),
);

const scope = { column: 'date', start: '2026-01-01', end: '2026-01-03' };

test('days without rows count as well', () => {
  expect([...countByDay(scope, new Map([['2026-01-02', 5]]), 'sample')]).toEqual([
    ['2026-01-01', 0],
    ['2026-01-02', 5],
    ['2026-01-03', 0],
  ]);
});

test('a report without days has one count for all of its pages', () => {
  expect([...countByDay(null, new Map([[null, 5]]), 'sample')]).toEqual([[null, 5]]);
  expect([...countByDay(null, new Map(), 'sample')]).toEqual([[null, 0]]);
});

test.each([
  ['2026-01-04', 'the day 2026-01-04'],
  [null, 'no day'],
])('rows of the day %s are refused in a chunk of others', (day, words) => {
  const counting = () => countByDay(scope, new Map([[day, 2]]), 'sample');
  expect(counting).toThrow(RowShapeError);
  expect(counting).toThrow(words);
  expect([...countByDay(scope, new Map([[day, 0]]), 'sample').values()]).toEqual([0, 0, 0]);
});
