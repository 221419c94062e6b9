import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bigQuery } from '#warehouse/bigquery/dialect';
import { columnNameIn } from '#warehouse/column-name';
import { postgres } from '#warehouse/postgres/dialect';
import { sqlite } from '#warehouse/sqlite/dialect';

test('a name that fits stays as it is', () => {
  expect(columnNameIn(postgres, 'customer_id')).toBe('customer_id');
  expect(columnNameIn(sqlite, 'x'.repeat(200))).toBe('x'.repeat(200));
});

test('a longer one is cut between characters and bears a hash of the whole', () => {
  const long = 'ö'.repeat(40);
  expect(columnNameIn(postgres, long)).toMatch(/^ö{27}_[0-9a-f]{8}$/);
  expect(columnNameIn(postgres, long)).toBe(columnNameIn(postgres, long));
  expect(columnNameIn(postgres, `${long}a`)).not.toBe(columnNameIn(postgres, `${long}b`));
});

test('what no database can have in a name is replaced, and told apart', () => {
  expect(columnNameIn(postgres, 'a\0b')).toMatch(/^a_b_[0-9a-f]{8}$/);
  expect(columnNameIn(postgres, 'a\0b')).not.toBe(columnNameIn(postgres, 'a_b'));
});

test('every name comes out as one that Postgres does not cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }), (name) => {
      const inTable = columnNameIn(postgres, name);
      expect(Buffer.byteLength(inTable)).toBeLessThanOrEqual(63);
      expect(inTable.isWellFormed() && !inTable.includes('\0')).toBe(true);
    }),
  );
});

test('a name that the database gives to a column of its own is told apart from it', () => {
  expect(columnNameIn(sqlite, 'RowID')).toMatch(/^RowID_[0-9a-f]{8}$/);
  expect(columnNameIn(postgres, 'RowID')).toBe('RowID');
  expect(columnNameIn(postgres, 'xmin')).toMatch(/^xmin_[0-9a-f]{8}$/);
  expect(columnNameIn(postgres, 'XMIN')).toBe('XMIN');
});

test('a name that begins as those do that the database keeps for itself begins otherwise, and is told apart', () => {
  expect(columnNameIn(bigQuery, '_PARTITIONTIME')).toMatch(/^PARTITIONTIME_[0-9a-f]{8}$/);
  expect(columnNameIn(bigQuery, '_table_of')).toMatch(/^table_of_[0-9a-f]{8}$/);
  expect(columnNameIn(bigQuery, '__ROOT__')).toMatch(/^ROOT___[0-9a-f]{8}$/);
  expect(columnNameIn(bigQuery, '_river')).toBe('_river');
  expect(columnNameIn(postgres, '_table_of')).toBe('_table_of');
});
