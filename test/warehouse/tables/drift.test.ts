import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toRecordedKey } from '#warehouse/manifest/targets';
import type { WarehouseCorner } from '../../helpers/with-warehouse.ts';
import { inBooks, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { type Answers, aColumn, aRun, loadAnswers, sampleShape, twoChunks } from '../samples.ts';

const [first] = twoChunks;
const shape = {
  ...sampleShape,
  columns: [aColumn('date', 'date'), aColumn('place', 'integer')],
  key: ['date', 'place'],
};

/** Which column of the target a key of an answer went to. */
async function columnsByKey({ sql }: WarehouseCorner, table: string): Promise<Map<string, string>> {
  const records = await sql(
    `select source, column_name from river_columns where target = '${inBooks(table)}' and part = 'field'`,
  );
  return new Map(records.map(({ source, column_name }) => [String(source), String(column_name)]));
}

/** The rows of the target, in the order of their places. */
const rowsOf = ({ sql }: WarehouseCorner, table: string) => sql(`select * from "${table}" order by place`);

let runs = 0;
async function load(corner: WarehouseCorner, table: string, pages: Answers): Promise<void> {
  runs += 1;
  const runId = `run-${runs}`;
  await loadAnswers(corner.warehouse, aRun({ runId, target: { table } }), [[first, pages]], shape);
  await corner.warehouse.endRun(runId, 'succeeded', '2026-01-10T07:00:00.000Z');
}

const hostile = [
  'select',
  'Order',
  'USER',
  'rowid',
  'ctid',
  'Größe',
  '客户',
  'имя',
  'ชื่อ',
  '😀',
  '😀😀',
  '',
  ' ',
  '_',
  '__proto__',
  'constructor',
  `a"b'c`,
  'back\\slash',
  'line\nend',
  'tab\tin',
  'NUL\0in',
  '\ud800',
  '"; drop table drift; --',
  'x'.repeat(200),
  'ö'.repeat(60),
  `${'y'.repeat(62)}1`,
  `${'y'.repeat(62)}2`,
  'Foo Bar',
  'FooBar',
  'foo-bar',
  'foo_bar',
  'İstanbul',
  'ß',
  'SS',
  '_river',
  '_Run_ID',
  'Place 2',
  'place__text',
];

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a field of any name comes back whole, whatever other names there are; names are never SQL', () =>
    withWarehouse(kind, async (corner) => {
      const pages = [
        [Object.fromEntries([['Place', 1], ...hostile.map((name, at) => [name, `value ${at}`])])],
      ];
      await load(corner, 'drift', pages);
      const [row = {}] = await rowsOf(corner, 'drift');
      const byKey = await columnsByKey(corner, 'drift');
      const columns = hostile.map((name) => byKey.get(toRecordedKey(name)));
      expect(columns.filter((name) => name === undefined)).toEqual([]);
      expect(new Set(columns).size).toBe(new Set(hostile.map(toRecordedKey)).size);
      const values = columns.map((name) => row[String(name)]);
      for (const [at, value] of values.entries())
        expect([hostile[at], value]).toEqual([hostile[at], `value ${at}`]);
      // Nothing else was made, and what River fills itself is its own.
      expect(await corner.tables()).toEqual(expect.arrayContaining(['drift', 'river_runs']));
      expect(row._river).toBe('sample');
    }));

  test('names that differ in case alone are one field, whichever a row has', () =>
    withWarehouse(kind, async (corner) => {
      await load(corner, 'drift', [
        [
          { Place: 1, Email: 'a' },
          { Place: 2, EMAIL: 'b' },
        ],
        [{ place: 3, eMail: 'c' }],
      ]);
      expect((await rowsOf(corner, 'drift')).map((row) => row.email ?? row.e_mail)).toEqual(['a', 'b', 'c']);
      expect((await columnsByKey(corner, 'drift')).size).toBe(1);
    }));

  test('fields that come, go and come in another order fill the same columns', () =>
    withWarehouse(kind, async (corner) => {
      const rows = [
        { Place: 1, 'Foo Bar': 'a', FooBar: 'b', Tier: 'c' },
        { Place: 2 },
        { Tier: 'c', FooBar: 'b', Place: 3, 'Foo Bar': 'a' },
        { FooBar: 'b', Place: 4, Late: 'd' },
      ];
      for (const row of [...rows, ...rows]) {
        await corner.sql(`drop table if exists "drift"`);
        await load(corner, 'drift', [[row]]);
      }
      await load(corner, 'other', [rows]);
      const byKey = await columnsByKey(corner, 'other');
      const read = (await rowsOf(corner, 'other')).map((row) =>
        ['foo bar', 'foobar', 'tier', 'late'].map((key) => row[String(byKey.get(key))]),
      );
      expect(read).toEqual([
        ['a', 'b', 'c', null],
        [null, null, null, null],
        ['a', 'b', 'c', null],
        [null, 'b', null, 'd'],
      ]);
    }));

  test('300 new fields in one answer are 300 columns, each with its values', () =>
    withWarehouse(kind, async (corner) => {
      const names = Array.from({ length: 300 }, (_, at) => `Field ${at} ${'z'.repeat(at % 80)}`);
      const rows = [1, 2].map((Place) => ({
        Place,
        ...Object.fromEntries(names.map((name, at) => [name, at % 3 === 0 ? at * Place : `v${at * Place}`])),
      }));
      await load(corner, 'wide', [rows]);
      const byKey = await columnsByKey(corner, 'wide');
      const read = await rowsOf(corner, 'wide');
      for (const [place, row] of read.entries())
        for (const [at, name] of names.entries()) {
          const value = at * (place + 1);
          expect(String(row[String(byKey.get(name.toLowerCase()))])).toBe(
            at % 3 === 0 ? `${value}` : `v${value}`,
          );
        }
    }));

  test('any text in, the same text out, under any name', () =>
    withWarehouse(kind, async (corner) => {
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          '\0',
          '\\N',
          '\\.',
          '"',
          "'",
          '\r\n',
          '\t',
          '\\',
          '😀',
          '\ud83d',
          'NULL',
          '{}',
          '[]',
          '%s',
          '$1',
          '?',
        ),
      );
      const row = fc.dictionary(fc.oneof(text, fc.constantFrom(...hostile)), text, {
        maxKeys: 5,
        noNullPrototype: false,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), async (made) => {
          await corner.sql('drop table if exists "any"');
          const rows = made.map((each, place) => {
            const entries = Object.entries(each).filter(
              ([key]) => !/^(place|date)/i.test(key.replaceAll(/[^a-z]/gi, '')),
            );
            return { ...Object.fromEntries(entries), Place: place };
          });
          await load(corner, 'any', [rows]);
          const byKey = await columnsByKey(corner, 'any');
          const read = await rowsOf(corner, 'any');
          const stored = (value: string) => value.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD');
          const valuesOf = (field: string) =>
            rows.flatMap((each) =>
              Object.entries(each).flatMap(([key, value]) =>
                toRecordedKey(key) === field ? [String(value)] : [],
              ),
            );
          for (const [at, { Place: _, ...fields }] of rows.entries()) {
            for (const [field, [one, ...others]] of Map.groupBy(Object.entries(fields), ([key]) =>
              toRecordedKey(key),
            )) {
              // Two spellings of one field in a row stand beside each other; a field without any value has no column yet.
              if (!one || others.length > 0 || valuesOf(field).every((value) => value === '')) continue;
              const value = read[at]?.[String(byKey.get(field))];
              expect([field, value]).toEqual([field, stored(String(one[1]))]);
            }
          }
        }),
        { numRuns: 25 },
      );
    }));

  test('rows that are larger than the database holds are refused with what to do, and without a value', () =>
    withWarehouse(kind, async (corner) => {
      const wide = (length: number) => [
        [
          {
            Place: 1,
            ...Object.fromEntries(
              Array.from({ length: 900 }, (_, at) => [`F${at}`, 'secret'.repeat(length)]),
            ),
          },
        ],
      ];
      const loading = load(corner, 'huge', wide(6));
      if (kind === 'sqlite') return loading;
      await expect(loading).rejects.toThrow(
        /^Table huge: .*a row has \d+ bytes, and a table of Postgres holds 8160 .* too many columns\. Leave some out with columns: or drift: ignore/,
      );
      await expect(loading).rejects.not.toThrow(/secret/);
    }));
});
