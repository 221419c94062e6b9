import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reports } from '#domain/catalogue/index';
import { type ColumnChoices, nameInTable, storedColumns } from '#domain/column/chosen-columns';
import type { Column } from '#domain/column/column';
import { type FittedRows, fitRows } from '#domain/column/fit-rows';
import { longNumber } from '#domain/column/read-number';
import { describeTable, listColumns } from '#domain/column/river-table';
import { SchemaConflictError } from '#domain/errors';
import { RiverSetting } from '#domain/river/river';

const hash = (salt: string, text: string) => createHmac('sha256', salt).update(text).digest('hex');

const columns: readonly Column[] = [
  { name: 'date', type: 'date', from: 'call', source: 'Date' },
  { name: 'customer_id', type: 'text', from: 'answer', source: 'CustomerID' },
  { name: 'amount', type: 'integer', from: 'answer', source: 'Amount' },
  { name: 'country', type: 'text', from: 'attribute', source: 'Country' },
  { name: 'attribute_date', type: 'text', from: 'attribute', source: 'Date' },
];
const call = { key: 'GetSample', stamps: { date: '2026-01-01' } };

function pull(
  choices: ColumnChoices,
  rows: readonly Record<string, unknown>[],
  { drift = 'evolve', has = [] }: { drift?: 'evolve' | 'ignore' | 'fail'; has?: readonly string[] } = {},
): FittedRows {
  const table = {
    table: 'sample',
    find: (name: string) =>
      has.includes(name)
        ? { name, declared: 'text', type: { kind: 'text' as const, length: null } }
        : undefined,
  };
  return fitRows(rows, call, { columns, chosen: { choices, hash, drift }, key: ['date'], table });
}

/** A row by the names of its columns; what has no column by the key that it is staged under. */
function named({ columns: names, extras = [], rows }: FittedRows) {
  const all = [
    ...names,
    ...extras.map((extra) => ('field' in extra ? extra.field : `${extra.beside}__text`)),
  ];
  return rows.map((row) => Object.fromEntries(all.map((name, at) => [name, row[at]])));
}

const attributes = ['DE', 'now'];

describe('a column', () => {
  it('that is left out is in no row', () => {
    const rows = [{ CustomerID: 'anna', Amount: 1, CustomerAttributes: attributes }];
    expect(named(pull({ customer_id: 'omit', country: 'omit' }, rows))).toEqual([
      { date: '2026-01-01', amount: 1, attribute_date: 'now' },
    ]);
  });

  it('is renamed, typed and hashed, and both where both are chosen', () => {
    const choices = {
      customer_id: { rename: 'who', hash: 's' },
      amount: { rename: 'cents', type: 'text' },
      date: { rename: 'day' },
    } as const;
    const rows = [{ CustomerID: 'anna', Amount: 7, CustomerAttributes: attributes }];
    expect(named(pull(choices, rows))).toEqual([
      { day: '2026-01-01', who: hash('s', 'anna'), cents: '7', country: 'DE', attribute_date: 'now' },
    ]);
  });

  it('is hashed as the text that it would store; null stays null', () => {
    const rows = [
      { Amount: '7' },
      { Amount: 7 },
      { Amount: longNumber('7.0') },
      { Amount: longNumber('9007199254740993') },
      { Amount: '' },
      { Amount: null },
      { Amount: 'n/a' },
      { CustomerID: 'a\0b\ud800' },
    ];
    const hashed = named(pull({ amount: { hash: 's' }, customer_id: { hash: 's' } }, rows));
    const seven = hash('s', '7');
    const amounts = hashed.map(({ amount }) => amount);
    expect(amounts).toEqual([
      seven,
      seven,
      seven,
      hash('s', '9007199254740993'),
      null,
      null,
      hash('s', 'n/a'),
      null,
    ]);
    expect(hashed.at(-1)?.customer_id).toBe(hash('s', 'a\uFFFDb\uFFFD'));
  });

  it('keeps its choice for a second value of the same row, and for an attribute under its own key', () => {
    const rows = [
      {
        CustomerID: 'anna',
        customerid: 'berta',
        CustomerAttributes: attributes,
        Country: 'FR',
        COUNTRY: 'IT',
      },
    ];
    expect(named(pull({ customer_id: 'omit', country: 'omit' }, rows))).toEqual([
      { date: '2026-01-01', amount: null, attribute_date: 'now' },
    ]);
    const hashed = JSON.stringify(pull({ customer_id: { hash: 's' }, country: { hash: 's' } }, rows));
    for (const plain of ['anna', 'berta', 'DE', 'FR', 'IT']) {
      expect(hashed).not.toContain(`"${plain}"`);
      expect(hashed).toContain(hash('s', plain));
    }
  });
});

describe('a name that no report declares', () => {
  const rows = [
    { CustomerID: 'anna', 'E-Mail': 'a@b.c' },
    { CustomerID: 'berta', EMail: 'b@b.c' },
  ];

  it('waits for a field, whatever its spelling', () => {
    expect(named(pull({ e_mail: 'omit' }, rows)).map(({ e_mail }) => e_mail)).toEqual([undefined, undefined]);
    expect(JSON.stringify(pull({ e_mail: 'omit' }, rows))).not.toContain('@');
    expect(named(pull({ e_mail: { hash: 's' } }, rows)).map(({ e_mail }) => e_mail)).toEqual([
      hash('s', 'a@b.c'),
      hash('s', 'b@b.c'),
    ]);
    expect(pull({ score: { type: 'integer' } }, [{ Score: '7' }]).types.score).toBe('integer');
    expect(pull({ score: { type: 'integer' } }, [{ Other: '7' }]).columns).not.toContain('score');
  });

  it('that is only renamed gets the type of its values, under a record of its own', () => {
    const { extras } = pull({ e_mail: { rename: 'mail' } }, rows);
    expect(extras).toEqual([{ field: 'e_mail as mail', kind: 'texts', as: 'mail' }]);
  });

  it('follows drift, where the table has no column of that name', () => {
    const choices = { e_mail: { hash: 's' } };
    expect(pull(choices, rows, { drift: 'ignore' }).columns).not.toContain('e_mail');
    expect(pull(choices, rows, { drift: 'ignore', has: ['e_mail'] }).columns).toContain('e_mail');
    expect(() => pull(choices, rows, { drift: 'fail' })).toThrow(SchemaConflictError);
    expect(() => pull({ e_mail: 'omit' }, rows, { drift: 'fail' })).not.toThrow();
  });
});

describe('whatever comes', () => {
  /** A text that is found again wherever it stands. */
  const secret = fc
    .string({ unit: 'binary', minLength: 1 })
    .map((text) => `<${text.toWellFormed().replaceAll(/[\0<>]/g, '')}·${text.length}·>`);
  const secretValue = fc.oneof(
    secret,
    secret.map((text) => [text]),
    secret.map((text) => ({ [text]: text })),
  );
  const keyOf = fc.constantFrom('CustomerID', 'customerId', 'Customer ID', 'CUSTOMER_ID', 'customer_id');

  it('what is left out or hashed leaves no trace, and everything else is as without a choice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(keyOf, secretValue, keyOf, secretValue, fc.option(fc.string())), { maxLength: 8 }),
        fc.constantFrom<ColumnChoices>(
          { customer_id: 'omit' },
          { customer_id: { hash: 's' } },
          { customer_id: { hash: 's', rename: 'who' } },
        ),
        (list, choices) => {
          const rows = list.map(([key, value, other, second, open]) => ({
            Amount: open === null ? 3 : open,
            [key]: value,
            [other]: second,
            Seen: open,
          }));
          const fitted = pull(choices, rows);
          const text = JSON.stringify(fitted);
          for (const [, value, , second] of list)
            for (const each of [value, second]) {
              const plain = JSON.stringify(JSON.stringify(each)).slice(2, -2);
              expect(text).not.toContain(plain.replaceAll(/^\[?"?|"?\]?$/g, ''));
            }
          const others = (from: FittedRows) =>
            named(from).map((row) =>
              Object.fromEntries(
                Object.entries(row).filter(([name]) => !/^customer_id|^who|customer_id/.test(name)),
              ),
            );
          expect(others(fitted)).toEqual(others(pull({}, rows)));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe.each(reports.map((report) => [report.slug, report] as const))('the table of %s', (slug, report) => {
  const setting = RiverSetting.parse({
    report: slug,
    connection: 'main',
    target: { warehouse: 'test', table: 'sample' },
    filters: report.filters.includes('customerAttributes') ? { customerAttributes: ['Country'] } : {},
  });

  it('has every column as it is chosen, its key and its day column by their new names', () => {
    const declared = listColumns(report, setting);
    const choices = Object.fromEntries(declared.map(({ name }) => [name, { rename: `my ${name}` }]));
    const shape = describeTable(report, { ...setting, columns: choices });
    const plain = describeTable(report, setting);
    expect(shape.columns.map(({ name }) => name)).toEqual(declared.map(({ name }) => `my ${name}`));
    expect(shape.key).toEqual(plain.key.map((name) => `my ${name}`));
    expect(shape.dayColumn).toBe(plain.dayColumn && `my ${plain.dayColumn}`);
    const open = declared.filter(({ name }) => !plain.key.includes(name));
    const omitted = Object.fromEntries(open.map(({ name }) => [name, 'omit' as const]));
    expect(storedColumns(declared, omitted).map(({ name }) => name)).toEqual(
      declared.flatMap(({ name }) => (plain.key.includes(name) ? [name] : [])),
    );
  });
});

it('a name without a choice is the name in the table', () => {
  expect(nameInTable(undefined, 'date')).toBe('date');
  expect(nameInTable({ date: 'omit' }, 'date')).toBe('date');
  expect(nameInTable({}, 'constructor')).toBe('constructor');
});
