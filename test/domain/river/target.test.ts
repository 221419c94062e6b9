import { expect, test } from 'vitest';
import { checkTableName } from '#domain/river/target';

test.each(['customers_by_action', 'Customers', 'order by', 'größe', 'x"; drop table y; --', 'a'.repeat(63)])(
  'both databases can have a table %j',
  (name) => {
    expect(checkTableName('pg', name)).toBeUndefined();
    expect(checkTableName('better-sqlite3', name)).toBeUndefined();
  },
);

test.each([
  ['', 'expected a table name, got ""'],
  [' ', 'expected a table name, got " "'],
  ['a\0b', 'without the character NUL'],
  ['a\ud800', 'of whole characters'],
  ['public.customers', "without a dot (the schema is the warehouse's `schema`)"],
  ['river_runs', "none of River's own"],
  ['River_Days', "none of River's own"],
  ['river_staging_0123456789ab', "none of River's own"],
])('neither can have %j', (name, words) => {
  expect(checkTableName('pg', name)).toContain(words);
  expect(checkTableName('better-sqlite3', name)).toContain(words);
});

test('Postgres counts bytes, not letters', () => {
  expect(checkTableName('pg', 'ö'.repeat(31))).toBeUndefined();
  expect(checkTableName('pg', 'ö'.repeat(32))).toContain(
    'at most 63 bytes (Postgres cuts longer ones; this has 64)',
  );
  expect(checkTableName('better-sqlite3', 'ö'.repeat(100))).toBeUndefined();
});

test('SQLite keeps names that begin with sqlite_', () => {
  expect(checkTableName('better-sqlite3', 'SQLite_stat1')).toContain('does not begin with sqlite_');
  expect(checkTableName('pg', 'sqlite_stat1')).toBeUndefined();
});
