import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reports } from '#domain/catalogue/index';
import { provenanceColumns } from '#domain/column/column';
import { listColumns, listKey } from '#domain/column/river-table';
import { ConfigurationError } from '#domain/errors';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const byAction = reportBySlug('customers-by-action');
const ended = reportBySlug('customer-action-ended-by-date');
const products = reportBySlug('customer-product-details-by-date');

const attributesOf = (customerAttributes: string[], report = byAction) =>
  listColumns(report, { filters: { customerAttributes } })
    .filter(({ from }) => from === 'attribute')
    .map(({ name }) => name);

describe('customer attributes', () => {
  test('become text columns of their own, after the report’s', () => {
    const columns = listColumns(byAction, { filters: { customerAttributes: ['Country', 'VIPLevel'] } });
    expect(columns.slice(0, -2)).toEqual(byAction.columns);
    expect(columns.slice(-2)).toEqual([
      { name: 'country', type: 'text', from: 'attribute', source: 'Country' },
      { name: 'vip_level', type: 'text', from: 'attribute', source: 'VIPLevel' },
    ]);
  });

  test.each<[given: string[], names: string[]]>([
    [['Date'], ['attribute_date']],
    [
      ['CustomerID', 'Customer Id'],
      ['attribute_customer_id', 'attribute_customer_id_2'],
    ],
    [
      ['Country', 'country', 'COUNTRY'],
      ['country', 'attribute_country', 'attribute_country_2'],
    ],
    [
      ['Date', 'Attribute_Date', 'date'],
      ['attribute_date', 'attribute_attribute_date', 'attribute_date_2'],
    ],
    [
      ['_run_id', '_River'],
      ['run_id', 'river'],
    ],
    [
      ['***', '%%%'],
      ['attribute', 'attribute_2'],
    ],
  ])('%j become %j', (given, names) => {
    expect(attributesOf(given)).toEqual(names);
  });

  test('are none where the report takes none', () => {
    expect(attributesOf(['Country'], ended)).toEqual([]);
  });
});

describe('overrides.columns', () => {
  const named = (columns: Record<string, string>, report = products) =>
    listColumns(report, { filters: {}, overrides: { columns } });

  test('give a column one more key, which is looked for first', () => {
    const [product] = named({ Recommended: 'product_id' }).slice(-1);
    expect(product).toMatchObject({ name: 'product_id', source: 'Recommended', rowPerItem: true });
    expect(product?.alsoSpelled).toContain('ProductID');
  });

  test('rename the column of a key, and the table’s key with it', () => {
    const river = { filters: {}, overrides: { columns: { customerid: 'client' } } };
    expect(listColumns(products, river).map(({ name }) => name)).toEqual(['date', 'client', 'product_id']);
    expect(listKey(products, river)).toEqual(['date', 'client', 'product_id']);
  });

  test('add a column for a key that has none', () => {
    expect(named({ Score: 'score' }).at(-1)).toEqual({
      name: 'score',
      type: 'text',
      from: 'answer',
      source: 'Score',
    });
  });

  test('move a key from one column to another', () => {
    const columns = named({ Date: 'duration' }, ended);
    expect(columns.filter(({ source }) => source === 'Date').map(({ name }) => name)).toEqual([
      'end_date',
      'duration',
    ]);
    expect(columns).toHaveLength(ended.columns.length);
  });

  test.each(['date', '_run_id'])('cannot fill %s, which River fills itself', (name) => {
    expect(() => named({ Day: name })).toThrow(ConfigurationError);
    expect(() => named({ Day: name })).toThrow(/overrides\.columns\.Day/);
  });

  test('take their names away from attributes', () => {
    const river = {
      filters: { customerAttributes: ['Country'] },
      overrides: { columns: { Land: 'country' } },
    };
    expect(listColumns(byAction, river).map(({ name }) => name)).toContain('attribute_country');
  });
});

test('without overrides a river’s key is its report’s', () => {
  for (const report of reports) expect(listKey(report, {})).toEqual(report.key);
});

test('all columns of a table have names of their own, whatever the attributes are called', () => {
  const hostile = fc.constantFrom(
    'Date',
    'date',
    'DATE',
    'attribute_date',
    'Attribute Date',
    'attribute_date_2',
  );
  const names = fc.array(fc.oneof(hostile, fc.string(), fc.constantFrom('', '_', '***', '_run_id')), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(names, fc.constantFrom(...reports), (customerAttributes, report) => {
      const columns = listColumns(report, { filters: { customerAttributes } });
      const all = [...columns.map(({ name }) => name), ...provenanceColumns];
      expect(new Set(all).size).toBe(all.length);
      expect(all).not.toContain('');
    }),
  );
});
