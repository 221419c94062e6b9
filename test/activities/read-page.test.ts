import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PageReader } from '#activities/read-page';
import type { AnswerRow } from '#domain/call/call';
import { createFitter, fitRows } from '#domain/column/fit-rows';
import { listColumns } from '#domain/column/river-table';
import type { PackRows } from '#domain/run/staged-page';
import { packer } from '#warehouse/manifest/stage-page';
import { postgres } from '#warehouse/postgres/dialect';
import { sqlite } from '#warehouse/sqlite/dialect';
import { reportBySlug } from '../helpers/report-by-slug.ts';

const columns = listColumns(reportBySlug('customers-by-action'), {
  filters: { actions: [1], customerAttributes: ['Country', 'Points'] },
});
const key = ['customer_id'];
const declared: Readonly<Record<string, string>> = {
  date: 'date',
  action_id: 'bigint',
  recipient_group_id: 'bigint',
  customer_id: 'text',
  country: 'character varying(3)',
  points: 'text',
};
const target = {
  columns,
  key: [],
  table: {
    table: 'rows',
    find: (name: string) => ({
      name,
      declared: declared[name] ?? 'text',
      type: postgres.toTableType(declared[name] ?? 'text'),
    }),
  },
};
const call = {
  key: 'GetCustomersByAction',
  stamps: { date: '2026-01-01', action_id: 1, recipient_group_id: 2 },
};

const plainRow = fc.record({
  CustomerID: fc.integer({ min: 1, max: 50 }).map(String),
  CustomerAttributes: fc.tuple(fc.constantFrom('UK', 'DE', ''), fc.string({ unit: 'binary', maxLength: 3 })),
});
/** Too long for its column, and with a field that no column names. */
const oddRow = fc.constantFrom<AnswerRow>(
  { CustomerID: '1', CustomerAttributes: ['Österreich', ''] },
  { CustomerID: '2', New: 7 },
);
const parts = fc.array(
  fc.array(fc.oneof({ weight: 30, arbitrary: plainRow }, { weight: 1, arbitrary: oddRow }), {
    maxLength: 10,
  }),
);

const read = (all: readonly (readonly AnswerRow[])[], pack?: PackRows) => {
  const reader = new PageReader({ fitter: createFitter(call, target), key, pack });
  for (const part of all) reader.take(part);
  return reader.finish([]);
};

/** Characters that no database holds are replaced as soon as a row is packed. */
const storable = (rows: readonly (readonly unknown[])[]) =>
  rows.map((row) =>
    row.map((value) => (typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '\uFFFD') : value)),
  );

describe.each([
  ['Postgres', packer(postgres)],
  ['SQLite', packer(sqlite)],
])('a page for %s', (_name, pack) => {
  test('is the same read in parts and whole, and packed where all its rows have the river’s columns alone', () => {
    const seen = { packed: 0, 'not packed': 0 };
    fc.assert(
      fc.property(parts, (all) => {
        const rows = all.flat();
        const whole = fitRows(rows, call, target);
        const atOnce = new PageReader({ fitter: createFitter(call, target), key }).finish(rows);
        const inParts = read(all, pack);
        const { packed, ...fitted } = inParts.fitted;
        seen[packed ? 'packed' : 'not packed'] += 1;
        expect(Boolean(packed)).toBe(rows.length > 0 && whole.extras?.length === 0);
        expect(storable(packed?.flatMap((part) => part.unpack()) ?? fitted.rows)).toStrictEqual(
          storable(whole.rows),
        );
        expect({ ...fitted, rows: [] }).toStrictEqual({ ...whole, rows: [] });
        expect(inParts).toMatchObject({ received: rows.length, count: rows.length });
        expect(inParts.hashRows().length).toBe(rows.length);
        expect(inParts.hashKeys()).toStrictEqual(atOnce.hashKeys());
        if (packed) expect(inParts.hashRows()).toStrictEqual(atOnce.hashRows());
      }),
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  });
});

test('what is the matter with a row fails the page, in the words of the whole page', () => {
  const rows = [{ CustomerID: '1' }, { CustomerID: '2', CustomerAttributes: ['UK'] }];
  expect(() => read([[rows[0] ?? {}], [rows[1] ?? {}], [{ CustomerID: '3' }]])).toThrow(
    'number 2 of its page',
  );
  const fitted = { ...target, key: ['country'] };
  const reader = new PageReader({ fitter: createFitter(call, fitted) });
  reader.take([{ CustomerID: '1' }]);
  reader.take([{ CustomerID: '1', CustomerAttributes: ['Österreich', ''] }]);
  expect(() => reader.finish([])).toThrow('a value in row 2 of its page');
});
