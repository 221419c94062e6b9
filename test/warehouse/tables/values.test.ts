import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toText } from '#domain/column/read-value';
import type { TableShape } from '#domain/column/river-table';
import { RowShapeError, SchemaConflictError } from '#domain/errors';
import { parseJson } from '#optimove/parse-json';
import { beside, textOfCase, valueCases, valueCaseTypes } from '../../helpers/value-cases.ts';
import { type WarehouseCorner, warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { type Answers, aChunk, aColumn, aRun, loadAnswers } from '../samples.ts';

const january = [1, 2, 3, 4, 5].map((day) => aChunk(`2026-01-0${day}`, `2026-01-0${day}`));

/** A day, a number of the row, and these columns. */
const shapeOf = (
  columns: Record<string, (typeof valueCaseTypes)[number]>,
  key: string[] = [],
): TableShape => ({
  columns: [
    aColumn('date', 'date'),
    aColumn('place', 'integer'),
    ...Object.entries(columns).map(([name, type]) => aColumn(name, type)),
  ],
  key,
  dayColumn: 'date',
});

/** The rows of the table in the order of their places, without what River itself adds. */
async function rowsOf({ sql }: WarehouseCorner): Promise<Record<string, unknown>[]> {
  const rows = await sql('select * from sample order by place');
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name, value]) => !/^(_|date$|place$)/.test(name) && value !== null),
    ),
  );
}

/** Every column but River's own, as it is declared. */
async function declarations({ kind, sql }: WarehouseCorner): Promise<Record<string, unknown>> {
  const columns = await sql(
    kind === 'pg'
      ? `select column_name as name, format_type(atttypid, atttypmod) as type from information_schema.columns join pg_attribute on attrelid = 'sample'::regclass and attname = column_name where table_schema = current_schema() and table_name = 'sample'`
      : `select name, type from pragma_table_info('sample')`,
  );
  return Object.fromEntries(
    columns.flatMap(({ name, type }) =>
      /^(_|date$|place$)/.test(String(name)) ? [] : [[name, String(type).toLowerCase()]],
    ),
  );
}

/** Times as both databases write them, whole numbers of any length as their digits. */
function shown(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d/.test(value)) return value;
  return value
    .replace('T', ' ')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

const pageOfRows = (rows: readonly Record<string, unknown>[]): Answers => [
  rows.map((row, place) => ({ ...row, place })),
];

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a value of each kind becomes in a column of each type what the table of cases says', () =>
    withWarehouse(kind, async (corner) => {
      const shape = shapeOf(Object.fromEntries(valueCaseTypes.map((type) => [`a_${type}`, type])));
      const rows = valueCases.map(({ json }) => {
        const value = json === 'NaN' ? null : parseJson(json);
        return Object.fromEntries(valueCaseTypes.map((type) => [`a_${type}`, value]));
      });
      const half = Math.floor(rows.length / 2);
      const [first, second] = january as [(typeof january)[0], (typeof january)[0]];
      const [outcome] = await loadAnswers(
        corner.warehouse,
        aRun(),
        [
          [first, pageOfRows(rows.slice(0, half))],
          [second, [rows.slice(half).map((row, at) => ({ ...row, place: half + at }))]],
        ],
        shape,
      );
      expect(outcome).toMatchObject({ outcome: 'loaded' });
      const read = await corner.sql(
        kind === 'pg'
          ? 'select sample.*, a_integer::text as a_integer, a_double::text as a_double from sample order by place'
          : 'select sample.*, cast(a_integer as text) as a_integer from sample order by place',
      );
      for (const [at, { json, becomes }] of valueCases.entries()) {
        for (const type of valueCaseTypes) {
          const wanted = becomes[type];
          const isBoolean = type === 'boolean' && wanted !== null && wanted !== beside;
          const stored = read[at]?.[`a_${type}`];
          const typed = wanted === beside ? null : isBoolean && kind === 'sqlite' ? Number(wanted) : wanted;
          const isText = type === 'text';
          const number = type === 'double' && stored !== null ? Number(stored) : stored;
          expect([json, type, isText ? number : shown(number)]).toEqual([
            json,
            type,
            isText ? typed : shown(typed),
          ]);
          expect([json, type, read[at]?.[`a_${type}__text`] ?? null]).toEqual([
            json,
            type,
            wanted === beside ? textOfCase(json) : null,
          ]);
        }
      }
      const { warnings } = await corner.warehouse.summariseRun('run-1');
      const ofColumns = valueCaseTypes.filter((type) => type !== 'text').map((type) => `a_${type}`);
      expect(warnings.map(({ column }) => column).sort()).toEqual([...ofColumns].sort());
      for (const { message, about, start, end, column, count } of warnings) {
        const type = valueCaseTypes.find((each) => `a_${each}` === column) ?? 'text';
        const misfits = valueCases.filter(({ becomes }) => becomes[type] === beside).length;
        expect({ about, start, end, count }).toEqual({
          about: 'data',
          start: '2026-01-01',
          end: '2026-01-02',
          count: misfits,
        });
        expect(message).toMatch(
          new RegExp(`sample\\.${column} .* stand in ${column}__text as text: ${misfits}\\.`),
        );
      }
    }));

  test('whatever comes, no column changes its type, nothing is lost, and each column is warned of once', () =>
    withWarehouse(kind, async (corner) => {
      const shape = shapeOf({
        duration: 'integer',
        share: 'double',
        is_on: 'boolean',
        ends: 'date',
        at: 'timestamp',
      });
      const keys = ['duration', 'share', 'is_on', 'ends', 'at', 'Surprise', 'Foo Bar', 'FooBar'];
      const value = fc.oneof(
        fc.constantFrom(...valueCases.map(({ json }) => (json === 'NaN' ? null : parseJson(json)))),
        fc.jsonValue({ maxDepth: 1 }),
      );
      const row = fc.dictionary(fc.constantFrom(...keys), value, { noNullPrototype: true });
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 }),
          async (pages) => {
            runs += 1;
            const before = runs === 1 ? {} : await declarations(corner);
            const run = aRun({ runId: `run-${runs}` });
            let place = 0;
            const answers = pages.map((page) =>
              page.map((each) => {
                place += 1;
                return { ...each, place };
              }),
            );
            const [chunk = aChunk('2026-01-01', '2026-01-01')] = january;
            await loadAnswers(corner.warehouse, run, [[chunk, answers]], shape);
            expect(await declarations(corner)).toMatchObject(before);
            const names = await corner.sql(
              `select source, column_name as name from river_columns where part = 'field'`,
            );
            const stored = await rowsOf(corner);
            for (const [at, answer] of answers.flat().entries()) {
              for (const key of keys) {
                const raw = (answer as Record<string, unknown>)[key];
                const name = String(names.find(({ source }) => source === key.toLowerCase())?.name ?? key);
                if (raw === null || raw === undefined || raw === '') continue;
                if (/^"?(-?Infinity|NaN|0001-.*|\/Date\(-62.*)"?$/.test(toText(raw))) continue;
                const held = stored[at]?.[name] ?? stored[at]?.[`${name}__text`];
                expect([key, held === undefined ? 'lost' : 'kept']).toEqual([key, 'kept']);
                if (stored[at]?.[`${name}__text`] !== undefined)
                  expect(stored[at]?.[`${name}__text`]).toBe(storable(toText(raw)));
              }
            }
            const { warnings } = await corner.warehouse.summariseRun(run.runId);
            const columns = warnings.map(({ column }) => column);
            expect(new Set(columns).size).toBe(columns.length);
            await corner.warehouse.endRun(run.runId, 'succeeded', '2026-01-10T07:00:00.000Z');
          },
        ),
        { numRuns: 25 },
      );
    }));

  test('a field has the type that all values of its first commit have, and keeps it', () =>
    withWarehouse(kind, async (corner) => {
      const shape = shapeOf({});
      const big = parseJson('9223372036854775808.25');
      const [a, b, c] = january as [(typeof january)[0], (typeof january)[0], (typeof january)[0]];
      await loadAnswers(
        corner.warehouse,
        aRun(),
        [
          [
            a,
            [
              [{ place: 0, Count: 1, Flag: true, Code: '7', Mixed: 1, Empty: '', Later: null, Tags: ['x'] }],
              [{ place: 1, Count: big, Flag: '', Code: '', Mixed: 'one', Empty: null, Tags: { a: 1 } }],
            ],
          ],
          [b, [[{ place: 2, COUNT: '12', Flag: 'no', Code: 7, Mixed: true, Empty: 'full', Later: 2.5 }]]],
          [
            c,
            [
              [{ place: 3, Count: 'n/a', Flag: 0, Later: 'soon', Empty: '' }],
              [{ place: 4, Count: 0.5, Flag: 1 }],
            ],
          ],
        ],
        shape,
      );
      const text = 'text';
      const number = kind === 'pg' ? 'numeric' : '';
      expect(await declarations(corner)).toEqual({
        count: number,
        flag: 'boolean',
        code: text,
        mixed: text,
        tags: text,
        empty: text,
        later: number,
        count__text: text,
        flag__text: text,
        later__text: text,
      });
      const yes = kind === 'pg' ? true : 1;
      const no = kind === 'pg' ? false : 0;
      const rows = (await rowsOf(corner)).map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, each]) => [
            name,
            /^(count|later)$/.test(name) ? String(each) : each,
          ]),
        ),
      );
      expect(rows).toEqual([
        { count: '1', flag: yes, code: '7', mixed: '1', tags: '["x"]' },
        { count: '9223372036854775808.25', code: '', mixed: 'one', tags: '{"a":1}' },
        { count: '12', flag__text: 'no', code: '7', mixed: 'true', empty: 'full', later: '2.5' },
        { count__text: 'n/a', flag: no, later__text: 'soon', empty: '' },
        { count: '0.5', flag: yes },
      ]);
      const { warnings } = await corner.warehouse.summariseRun('run-1');
      expect(warnings.map(({ column, count }) => [column, count])).toEqual([
        ['flag', 1],
        ['count', 1],
        ['later', 1],
      ]);
    }));

  test('two keys of one name keep their columns, whatever their order and whoever comes first', () =>
    withWarehouse(kind, async (corner) => {
      const [a, b, c] = january as [(typeof january)[0], (typeof january)[0], (typeof january)[0]];
      await loadAnswers(
        corner.warehouse,
        aRun(),
        [
          [a, [[{ FooBar: 1, 'Foo Bar': 2, place: 0 }], [{ 'Foo Bar': 3, FooBar: 4, place: 1 }]]],
          [b, [[{ place: 2, foobar: 5 }]]],
          [c, [[{ place: 3, 'FOO BAR': 6, 'foo-bar': 7 }]]],
        ],
        shapeOf({}),
      );
      const rows = (await rowsOf(corner)).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, each]) => [name, Number(each)])),
      );
      expect(rows).toEqual([
        { foo_bar: 2, foo_bar_2: 1 },
        { foo_bar: 3, foo_bar_2: 4 },
        { foo_bar_2: 5 },
        { foo_bar: 6, foo_bar_3: 7 },
      ]);
    }));

  test('keys that differ only in characters that no database holds keep apart', () =>
    withWarehouse(kind, async (corner) => {
      const [a, b] = january as [(typeof january)[0], (typeof january)[0]];
      const keys = { 'x\0y': 1, 'x\ud800y': 2, 'x\udc00y': 3, 'x\uFFFDy': 4 };
      const reversed = Object.fromEntries(Object.entries(keys).reverse());
      await loadAnswers(
        corner.warehouse,
        aRun(),
        [
          [a, [[{ place: 0, ...keys }]]],
          [b, [[{ place: 1, ...reversed }]]],
        ],
        shapeOf({}),
      );
      const rows = (await rowsOf(corner)).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, each]) => [name, Number(each)])),
      );
      const names = ['x_y', 'x_y_2', 'x_y_3', 'x_y_4'];
      expect(rows).toEqual([1, 2].map(() => Object.fromEntries(names.map((name, at) => [name, at + 1]))));
    }));

  test('two keys of one name keep their columns from two rivers that spell their table in two ways', () =>
    withWarehouse(kind, async (corner) => {
      const [a] = january as [(typeof january)[0]];
      const load = (runId: string, table: string, row: object) =>
        loadAnswers(
          corner.warehouse,
          aRun({ runId, river: runId, target: { table } }),
          [[a, [[{ ...row }]]]],
          shapeOf({}),
        );
      await load('one', 'Sample', { place: 0, FooBar: 1 });
      await load('two', 'sample', { place: 1, 'Foo Bar': 'x' });
      await load('three', 'Sample', { place: 2, 'Foo Bar': 'y' });
      const table = kind === 'pg' ? '"Sample"' : 'sample';
      expect(await corner.sql(`select foo_bar_2 as two from ${table} where place = 2`)).toEqual([
        { two: 'y' },
      ]);
      if (kind === 'sqlite')
        expect(
          await corner.sql('select foo_bar, foo_bar_2 from sample where place < 2 order by place'),
        ).toEqual([
          { foo_bar: 1, foo_bar_2: null },
          { foo_bar: null, foo_bar_2: 'x' },
        ]);
    }));

  test('a field gives its column up where the river has got one of that name since, and loses no value', () =>
    withWarehouse(kind, async (corner) => {
      const [a, b] = january as [(typeof january)[0], (typeof january)[0]];
      await loadAnswers(corner.warehouse, aRun(), [[a, [[{ place: 0, Country: 'field' }]]]], shapeOf({}));
      const shape = shapeOf({});
      const attribute = { name: 'country', type: 'text', from: 'attribute', source: 'Country' } as const;
      await loadAnswers(
        corner.warehouse,
        aRun({ runId: 'run-2' }),
        [[b, [[{ place: 1, Country: 'field', CustomerAttributes: ['attribute'] }]]]],
        { ...shape, columns: [...shape.columns, attribute] },
      );
      expect(await rowsOf(corner)).toEqual([
        { country: 'field' },
        { country: 'attribute', country_2: 'field' },
      ]);
    }));

  test('a field goes into a column of its name that somebody made, and beside it where that does not hold it', () =>
    withWarehouse(kind, async (corner) => {
      const number = kind === 'pg' ? 'smallint' : 'integer';
      await corner.sql(`create table sample (score ${number}, score__text ${number}, note text)`);
      await loadAnswers(
        corner.warehouse,
        aRun(),
        [
          [
            january[0] ?? aChunk('2026-01-01', '2026-01-01'),
            pageOfRows([{ Score: 5 }, { Score: 'high' }, { Note: 1 }]),
          ],
        ],
        shapeOf({}),
      );
      expect(await rowsOf(corner)).toEqual([{ score: 5 }, { score__text_2: 'high' }, { note: '1' }]);
      expect(await declarations(corner)).toMatchObject({
        score: number,
        score__text: number,
        score__text_2: 'text',
      });
    }));

  test('a character that no database holds is replaced, and each column of such values is warned of once', () =>
    withWarehouse(kind, async (corner) => {
      const [a, b] = january as [(typeof january)[0], (typeof january)[0]];
      await loadAnswers(
        corner.warehouse,
        aRun(),
        [
          [
            a,
            [
              [
                { place: 0, id: 'a\0b', Note: '\ud800', size: 'x\0' },
                { place: 1, id: 'a\ud800b', Note: '\\u0000' },
              ],
            ],
          ],
          [b, [[{ place: 2, id: '😀', Note: 'fine', size: 1e21 }], [{ place: 3, id: '\0' }]]],
        ],
        shapeOf({ id: 'text', size: 'integer' }),
      );
      const rows = await rowsOf(corner);
      expect(rows.map(({ id, note }) => [id, note])).toEqual([
        ['a\uFFFDb', '\uFFFD'],
        ['a\uFFFDb', '\\u0000'],
        ['😀', 'fine'],
        ['\uFFFD', undefined],
      ]);
      const { warnings } = await corner.warehouse.summariseRun('run-1');
      const replaced = warnings.filter(({ message }) => message.includes('U+FFFD'));
      expect(replaced.map(({ column, count, about }) => [column, count, about])).toEqual([
        ['id', 3, 'data'],
        ['note', 1, 'data'],
        ['size__text', 1, 'data'],
      ]);
      expect(replaced[0]).toMatchObject({ start: '2026-01-01', end: '2026-01-02' });
      expect(replaced[0]?.message).toMatch(/^Values of sample\.id have characters .*: 3\.$/);
    }));

  test('drift: ignore leaves out what does not fit, and says so; fail refuses it by its column', () =>
    withWarehouse(kind, async (corner) => {
      const shape = shapeOf({ duration: 'integer' });
      const [chunk = aChunk('2026-01-01', '2026-01-01')] = january;
      const answers = pageOfRows([{ duration: 'n/a', Extra: 1 }, { duration: 1 }]);
      await loadAnswers(corner.warehouse, aRun({ target: { drift: 'ignore' } }), [[chunk, answers]], shape);
      expect(await rowsOf(corner)).toEqual([{}, { duration: 1 }]);
      expect(Object.keys(await declarations(corner))).toEqual(['duration']);
      const { warnings } = await corner.warehouse.summariseRun('run-1');
      expect(warnings.map(({ message }) => message)).toEqual([
        `Values that do not fit sample.duration (${kind === 'pg' ? 'bigint' : 'integer'}) were left out (drift: ignore): 1.`,
      ]);
      const failing = loadAnswers(
        corner.warehouse,
        aRun({ runId: 'run-2', target: { drift: 'fail' } }),
        [[chunk, pageOfRows([{ duration: 'secret' }])]],
        shape,
      );
      await expect(failing).rejects.toThrow(SchemaConflictError);
      await expect(failing).rejects.toThrow(/sample\.duration \((bigint|integer)\)/);
      await expect(failing).rejects.not.toThrow(/secret/);
      expect(await rowsOf(corner)).toHaveLength(2);
    }));

  test('a table that somebody changes between pull and commit gets what it holds then', () =>
    withWarehouse(kind, async (corner) => {
      const shape = shapeOf({ duration: 'text', name: 'text' });
      const [chunk = aChunk('2026-01-01', '2026-01-01')] = january;
      let changed = 0;
      const warehouse = await corner.open({
        async onStep(step) {
          if (step !== 'locked' || changed > 0 || kind === 'sqlite') return;
          changed += 1;
          await corner.sql('alter table sample drop column duration');
          await corner.sql('alter table sample add column duration smallint');
        },
      });
      const rows = [
        { duration: '7', name: 'a' },
        { duration: 'long', name: 'b' },
      ];
      await loadAnswers(warehouse, aRun(), [[chunk, pageOfRows(rows)]], shape);
      expect(await rowsOf(corner)).toEqual(
        kind === 'sqlite'
          ? rows
          : [
              { duration: 7, name: 'a' },
              { duration__text: 'long', name: 'b' },
            ],
      );
      if (kind === 'sqlite') return;
      const key = { ...shape, key: ['duration'] };
      let again = 0;
      const other = await corner.open({
        async onStep(step) {
          if (step !== 'locked' || again > 0) return;
          again += 1;
          await corner.sql('alter table sample alter column duration type smallint using null');
        },
      });
      await corner.sql('alter table sample alter column duration type text');
      const failing = loadAnswers(other, aRun({ runId: 'run-2' }), [[chunk, pageOfRows(rows)]], key);
      await expect(failing).rejects.toThrow(RowShapeError);
      await expect(failing).rejects.toThrow(/row 2 .*sample\.duration \(smallint\)/);
    }));
});

/** What no database holds in a text is marked. */
const storable = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
