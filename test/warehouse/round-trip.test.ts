import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkWithoutDays } from '#domain/chunk/chunk';
import type { ColumnType, Value } from '#domain/column/column';
import { cloudKind, warehouseKinds, withWarehouse } from '../helpers/with-warehouse.ts';
import { aColumn, aPage, aRequest, aRun, sampleShape } from './samples.ts';

const day = fc
  .date({ min: new Date('0002-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '007',
    '1e5',
    '1.0',
    ' 1',
    'NULL',
    'true',
    '',
    '\\N',
    '\\',
    '\t',
    '\n',
    '\r\n',
    "'; drop table sample; --",
    '"',
    '\0',
    '9223372036854775808',
    '\ud800',
  ),
);

/** What a column of each type may be given: what fitting an answer leaves. */
const valuesOf: Record<ColumnType, fc.Arbitrary<Value>> = {
  integer: fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((whole) => (Number.isSafeInteger(Number(whole)) ? Number(whole) : String(whole))),
  double: fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((number) => number === 0 || Math.abs(number) >= 2 ** -1022),
  text: hostileText,
  boolean: fc.boolean(),
  date: day,
  timestamp: fc
    .tuple(day, fc.nat(86_399), fc.constantFrom('', '.5', '.000001', '.123456', '.999999'))
    .map(([date, second, rest]) => `${date} ${new Date(second * 1000).toISOString().slice(11, 19)}${rest}`),
};

const types = Object.keys(valuesOf) as ColumnType[];
const aRow = fc.tuple(...types.map((type) => fc.option(valuesOf[type], { freq: 5 })));

/** How the two databases show the same value. */
const shown: Record<ColumnType, (value: unknown) => unknown> = {
  integer: String,
  double: (value) => Number(value) + 0,
  text: String,
  boolean: Boolean,
  date: String,
  timestamp: String,
};

function expected(value: Value, type: ColumnType): unknown {
  if (value === null) return null;
  return shown[type](typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '\uFFFD') : value);
}

/** As many rows in fewer tables where each request takes long. */
const [numRuns, maxLength] = cloudKind ? [6, 200] : [40, 30];

const ways = ['staged as JSON', 'staged as the table has it'] as const;

describe.each(warehouseKinds)('in %s', (kind) => {
  test.each(ways)('every value comes back as it was, %s', (way) =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      const chunk = chunkWithoutDays;
      const columns = ['place', ...types];
      const shape = {
        ...sampleShape,
        columns: [aColumn('place', 'integer'), ...types.map((type) => aColumn(type, type))],
        dayColumn: null,
      };
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(aRow, { minLength: 1, maxLength }), async (rows) => {
          runs += 1;
          const runId = `run-${runs}`;
          await warehouse.recordRun(aRun({ runId, period: null }), [chunk], shape);
          const table = await warehouse.readTargetTable('sample');
          const declared = (name: string, type: ColumnType): string =>
            way === 'staged as JSON' ? type : (table.find(name)?.declared ?? '');
          const page = aPage(
            rows.map((row, at) => [at, ...row]),
            {
              columns,
              types: Object.fromEntries([
                ['place', declared('place', 'integer')],
                ...types.map((type) => [type, declared(type, type)]),
              ]),
              ...(way === 'staged as JSON' ? {} : { extras: [] }),
            },
          );
          await warehouse.stagePage(runId, '-', page, [aRequest()]);
          const slices = [{ slice: '0', calls: 1, rows: rows.length }];
          await warehouse.storeChunk(runId, '-', {
            slices,
            listSlices: [],
            warnings: [],
            scope: null,
          });
          await warehouse.endRun(runId, 'succeeded', '2026-01-10T07:00:00.000Z');
          const read = await sql(
            `select cast("integer" as text) as "integer", "double", "text", "boolean", "date", "timestamp" from sample order by place`,
          );
          const show = (row: Record<string, unknown>) =>
            types.map((type) => (row[type] === null ? null : shown[type](row[type])));
          expect(read.map(show)).toEqual(
            rows.map((row) => row.map((value, at) => expected(value, types[at] ?? 'text'))),
          );
        }),
        { numRuns },
      );
    }),
  );
});
