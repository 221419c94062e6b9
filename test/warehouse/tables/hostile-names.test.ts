import { describe, expect, test } from 'vitest';
import { isProvenance } from '#domain/column/column';
import { SchemaConflictError } from '#domain/errors';
import { columnNameIn } from '#warehouse/column-name';
import { postgres } from '#warehouse/postgres/dialect';
import { sqlite } from '#warehouse/sqlite/dialect';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aColumn, aCommit, aPage, aRequest, aRun, sampleShape, twoChunks } from '../samples.ts';

const [first] = twoChunks;

const names = [
  'a"b',
  "it's",
  '`tick`',
  '"; drop table sample; --',
  'a.b',
  'a as b',
  '*',
  'what?',
  'back\\?slash',
  'trailing\\',
  '??',
  '$1',
  ':name',
  '[0]',
  'list[1]',
  'tab\tin',
  'line\nbreak',
  'größe',
  '客户',
  '😀',
  ' space ',
  'select',
  'rowid',
  'oid',
  'XMIN',
  'xmin_',
  'ctid',
  '_rowid_',
  '__proto__',
  'constructor',
  '1',
  '0x1F',
  'x'.repeat(100),
  'ö'.repeat(40),
  'nul\0in',
  '',
];

describe.each(warehouseKinds)('in %s', (kind) => {
  test('any name can be a column, declared or first seen in an answer', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      const [declared, found] = [names.slice(0, 16), names.slice(16)];
      await warehouse.recordRun(aRun(), [first], {
        ...sampleShape,
        columns: [aColumn('date', 'date'), ...declared.map((name) => aColumn(name, 'text'))],
      });
      const columns = ['date', ...declared, ...found];
      const values = columns.map((_name, at) => (at === 0 ? '2026-01-01' : `value of ${at}`));
      const types = Object.fromEntries(
        columns.map((name) => [name, name === 'date' ? 'date' : 'text'] as const),
      );
      // Twice, so that rows are removed as well.
      for (const runId of ['run-1', 'run-2']) {
        await warehouse.recordRun(aRun({ runId }), [first], {
          ...sampleShape,
          columns: [aColumn('date', 'date')],
        });
        await warehouse.stagePage(runId, first.key, aPage([values], { columns, types }), [aRequest()]);
        await warehouse.storeChunk(runId, first.key, aCommit(first, 1));
      }
      // A driver's row is an object, which cannot have this one.
      const rows = await sql('select *, "__proto__" as proto from sample');
      expect(rows).toHaveLength(1);
      const loaded = Object.entries(rows[0] ?? {}).filter(
        ([name]) => !isProvenance(name) && name !== '__proto__',
      );
      const expected = columns.map((name, at) => [
        name === '__proto__' ? 'proto' : columnNameIn(kind === 'pg' ? postgres : sqlite, name),
        values[at],
      ]);
      expect(new Map(loaded as [string, unknown][])).toEqual(new Map(expected as [string, unknown][]));
    }));

  test('any table name that the database can have can be a target', () =>
    withWarehouse(kind, async ({ warehouse, tables }) => {
      const wanted = [
        'a"b',
        '"; drop table river_runs; --',
        'what?',
        'a as b',
        '*',
        'größe',
        'order',
        'a[1]',
        'Ab',
      ];
      for (const [at, table] of wanted.entries()) {
        const runId = `run-${at}`;
        await warehouse.recordRun(aRun({ runId, target: { table } }), [first], sampleShape);
        await warehouse.stagePage(runId, first.key, aPage([['2026-01-01', 1, 'a']]), [aRequest()]);
        expect(await warehouse.storeChunk(runId, first.key, aCommit(first, 1))).toMatchObject({ rows: 1 });
        await warehouse.endRun(runId, 'succeeded', '2026-01-10T07:00:00.000Z');
      }
      expect((await tables()).filter((table) => !table.startsWith('river_'))).toEqual([...wanted].sort());
    }));

  test('a column that River fills itself is not given away', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      for (const name of ['_river', '_loaded_at']) {
        const opening = warehouse.recordRun(aRun(), [first], {
          ...sampleShape,
          columns: [aColumn(name, 'text')],
        });
        await expect(opening).rejects.toThrow(SchemaConflictError);
        await expect(opening).rejects.toThrow(name);
      }
    }));
});

test('two names that differ in case are two columns in Postgres', () =>
  withWarehouse('pg', async ({ warehouse, sql }) => {
    await warehouse.recordRun(aRun(), [first], {
      ...sampleShape,
      columns: [aColumn('ID', 'text'), aColumn('id', 'text')],
    });
    expect(Object.keys((await sql('select "ID", id from sample limit 0'))[0] ?? {})).toEqual([]);
  }));

test('two names that differ in case are one column in SQLite: a conflict that names both', () =>
  withWarehouse('sqlite', async ({ warehouse }) => {
    const columns = [aColumn('ID', 'text'), aColumn('id', 'text')];
    const opening = warehouse.recordRun(aRun(), [first], { ...sampleShape, columns });
    await expect(opening).rejects.toThrow(SchemaConflictError);
    await expect(opening).rejects.toThrow('both ID and id');
  }));
