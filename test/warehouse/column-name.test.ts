import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnNameIn } from '../../src/warehouse/column-name.ts';

test('a name that fits stays as it is', () => {
  expect(columnNameIn(63, 'customer_id')).toBe('customer_id');
  expect(columnNameIn(undefined, 'x'.repeat(200))).toBe('x'.repeat(200));
});

test('a longer one is cut between characters and bears a hash of the whole', () => {
  const long = 'ö'.repeat(40);
  expect(columnNameIn(63, long)).toMatch(/^ö{27}_[0-9a-f]{8}$/);
  expect(columnNameIn(63, long)).toBe(columnNameIn(63, long));
  expect(columnNameIn(63, `${long}a`)).not.toBe(columnNameIn(63, `${long}b`));
});

test('what no database can have in a name is replaced, and told apart', () => {
  expect(columnNameIn(63, 'a\0b')).toMatch(/^a_b_[0-9a-f]{8}$/);
  expect(columnNameIn(63, 'a\0b')).not.toBe(columnNameIn(63, 'a_b'));
});

test('every name comes out as one that Postgres does not cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }), (name) => {
      const inTable = columnNameIn(63, name);
      expect(Buffer.byteLength(inTable)).toBeLessThanOrEqual(63);
      expect(inTable.isWellFormed() && !inTable.includes('\0')).toBe(true);
    }),
  );
});
